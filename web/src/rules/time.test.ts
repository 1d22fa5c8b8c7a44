import { expect, it } from 'vitest'
import { addDays, addMonths, clock, countdown, dayIn, dayWords, due, minuteClock, minuteOfDay, minutesSince, offsetWords, shortDayWords, zonesDiffer } from './time'

const SHANGHAI = 'Asia/Shanghai'
const instant = '2026-09-30T06:00:00Z'

it('tells a time in the zone asked for', () => {
  expect(clock(instant, SHANGHAI)).toBe('14:00')
  expect(clock(instant, 'Asia/Vladivostok')).toBe('16:00')
  expect(minuteOfDay(instant, SHANGHAI)).toBe(14 * 60)
  expect(offsetWords(instant, SHANGHAI)).toBe('UTC+8')
})

it('tells a day with its weekday and never shifts it', () => {
  expect(dayIn('2026-09-30T17:30:00Z', SHANGHAI)).toBe('2026-10-01')
  expect(dayWords('2026-09-30', 'zh-CN')).toBe('9月30日 周三')
  expect(dayWords('2026-09-30', 'en')).toBe('Wed 30 Sept')
  expect(shortDayWords('2026-12-01', 'zh-CN')).toBe('12/1')
  expect(shortDayWords('2026-12-01', 'en')).toBe('1 Dec')
  expect(dayWords('2027-01-04', 'en', '2026-12-31')).toBe('Mon 4 Jan 2027')
})

it('says of a midnight by which something is due that the day ends, where a language does', () => {
  const midnight = '2026-12-04T16:00:00Z'
  expect(due(midnight, SHANGHAI, 'zh-CN')).toEqual({ day: '2026-12-04', clock: '24:00' })
  expect(due(midnight, SHANGHAI, 'en')).toEqual({ day: '2026-12-05', clock: '00:00' })
  expect(due('2026-12-31T16:00:00Z', SHANGHAI, 'zh-CN').day).toBe('2026-12-31')
  expect(due('2026-12-04T16:01:00Z', SHANGHAI, 'zh-CN')).toEqual({ day: '2026-12-05', clock: '00:01' })
})

it('knows when two clocks show the same', () => {
  expect(zonesDiffer(instant, SHANGHAI, 'Asia/Irkutsk')).toBe(false)
  expect(zonesDiffer(instant, SHANGHAI, 'Europe/Moscow')).toBe(true)
})

it('counts days and months over the ends of years', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addMonths('2026-12', 1)).toBe('2027-01')
})

it('writes minutes of a day as its clock does', () => {
  expect([0, 510, 1440].map(minuteClock)).toEqual(['00:00', '08:30', '24:00'])
})

it('counts down to nothing and not below', () => {
  expect(countdown(462_000)).toBe('07:42')
  expect(countdown(-5)).toBe('00:00')
})

it('counts whole minutes since, never below zero', () => {
  const now = Date.parse('2026-09-29T02:10:30Z')
  expect(minutesSince('2026-09-29T02:06:00Z', now)).toBe(4)
  expect(minutesSince('2026-09-29T02:11:00Z', now)).toBe(0)
  expect(minutesSince(null, now)).toBe(0)
})
