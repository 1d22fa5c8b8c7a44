import { expect, it } from 'vitest'
import { isOddHour } from './oddHours'

const SHANGHAI = 'Asia/Shanghai'

it.each([
  // the venue's clock, the reader's zone, whether it is asked about
  ['09:00', 'Europe/Moscow', true], // 04:00
  ['11:00', 'Europe/Moscow', false], // 06:00, no night any more
  ['10:59', 'Europe/Moscow', true], // 05:59
  ['10:00', 'America/New_York', false], // 21:00 of the day before
  ['11:00', 'America/New_York', true], // 22:00
  ['23:00', 'Asia/Tokyo', true], // 00:00 of the next day
  ['20:59', 'Asia/Tokyo', false], // 21:59
  ['03:00', 'Asia/Irkutsk', false], // the same clock: what they see is what it is
  ['03:00', SHANGHAI, false],
])('%s at the venue, read in %s: %s', (clock, mine, odd) => {
  expect(isOddHour(`2026-11-26T${clock}:00+08:00`, SHANGHAI, mine)).toBe(odd)
})
