import { expect, test } from 'vitest'
import type { CalendarDay } from '../api/types'
import { base64, monthDays, monthsOf, quartersOf, tally } from './year'

const day = (date: string, kind: CalendarDay['kind']): CalendarDay => ({ date, kind, name: null })

test('a year has twelve months and is asked for in spans that hold each of its days once', () => {
  expect(monthsOf(2027)).toHaveLength(12)
  expect(monthsOf(2027)[8]).toBe('2027-09')
  const spans = quartersOf(2028)
  expect(spans[0]).toEqual({ from: '2028-01-01', to: '2028-03-31' })
  const length = ({ from, to }: { from: string; to: string }) => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1
  expect(spans.map(length).reduce((a, b) => a + b)).toBe(366)
  expect(Math.max(...spans.map(length))).toBeLessThanOrEqual(92)
})

test('days of the months beside stay empty', () => {
  const days = new Map([day('2027-02-01', 'workday'), day('2027-02-28', 'weekend')].map((one) => [one.date, one]))
  const weeks = monthDays('2027-02', days)
  expect(weeks).toHaveLength(4)
  expect(weeks[0]?.[0]?.date).toBe('2027-02-01')
  expect(monthDays('2027-03', days)[4]?.[6]).toBeNull()
})

test('a make-up workday is worked', () => {
  expect(tally([day('a', 'workday'), day('b', 'makeup_workday'), day('c', 'holiday'), day('d', 'weekend')])).toEqual({ working: 2, off: 1, makeup: 1 })
})

test('bytes of any length become base64', () => {
  expect(base64(new TextEncoder().encode('春节'))).toBe('5pil6IqC')
  expect(atob(base64(new Uint8Array(20_000).fill(200)))).toHaveLength(20_000)
})
