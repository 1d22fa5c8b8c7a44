import { expect, it } from 'vitest'
import { nextDay, weeksOf } from './month'

it('shows a month in whole weeks from Monday', () => {
  const weeks = weeksOf('2026-10')
  expect(weeks).toHaveLength(5)
  expect(weeks[0]?.[0]).toBe('2026-09-28')
  expect(weeks.at(-1)?.at(-1)).toBe('2026-11-01')
  expect(weeksOf('2027-02')[0]?.[0]).toBe('2027-02-01')
})

it('moves with the arrows over days that cannot be chosen', () => {
  const days = ['2026-10-08', '2026-10-10', '2026-10-12', '2026-10-19']
  expect(nextDay('2026-10-08', 'ArrowRight', days)).toBe('2026-10-10')
  expect(nextDay('2026-10-10', 'ArrowLeft', days)).toBe('2026-10-08')
  expect(nextDay('2026-10-12', 'ArrowDown', days)).toBe('2026-10-19')
  expect(nextDay('2026-10-19', 'ArrowUp', days)).toBe('2026-10-12')
  expect(nextDay('2026-10-08', 'ArrowLeft', days)).toBeUndefined()
  expect(nextDay('2026-10-12', 'End', days)).toBe('2026-10-19')
})
