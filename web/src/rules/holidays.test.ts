import { expect, it } from 'vitest'
import { nearHoliday } from './holidays'

const day = (date: string, kind: 'workday' | 'holiday' | 'makeup_workday' | 'weekend', name: string | null = null) => ({ date, kind, name })

it('finds the next run of holidays with its make-up days', () => {
  const days = [
    day('2026-09-30', 'workday'), day('2026-10-01', 'holiday', 'N'), day('2026-10-02', 'holiday', 'N'),
    day('2026-10-03', 'workday'), day('2026-10-10', 'makeup_workday', 'N'),
  ]
  expect(nearHoliday(days, '2026-09-30')).toEqual({ name: 'N', from: '2026-10-01', to: '2026-10-02', makeup: ['2026-10-10'] })
})

it('says nothing when none is near or all have passed', () => {
  expect(nearHoliday([day('2026-11-23', 'workday')], '2026-11-23')).toBeNull()
  expect(nearHoliday([day('2026-10-01', 'holiday')], '2026-10-02')).toBeNull()
})
