import { describe, expect, it } from 'vitest'
import { COLUMNS, hoursOf, layOut, maskNumber, place, rowOf, sheetOf } from './day'

const ZONE = 'Asia/Shanghai'
const at = (clock: string, until: string, day = '2026-09-29') => ({
  starts_at: new Date(`${day}T${clock}:00+08:00`).toISOString(),
  ends_at: new Date(`${day}T${until}:00+08:00`).toISOString(),
})
const sheet = { from: 8 * 60, to: 17 * 60 }

describe('the sheet of a day', () => {
  it('covers the office hours to the full half hour', () => {
    expect(sheetOf([{ from: '08:40', to: '11:30' }, { from: '13:30', to: '17:05' }])).toEqual({ from: 510, to: 1050 })
    expect(hoursOf({ from: 510, to: 1050 })).toEqual([540, 600, 660, 720, 780, 840, 900, 960, 1020])
  })

  it('puts bookings outside of it before and after', () => {
    const { before, groups, after } = layOut([at('19:00', '21:00'), at('03:00', '03:30'), at('09:00', '09:30')], ZONE, sheet)
    expect([before.length, groups.length, after.length]).toEqual([1, 1, 1])
  })

  it('gives the whole width to what overlaps nothing', () => {
    const { groups } = layOut([at('09:00', '09:30'), at('09:30', '10:00')], ZONE, sheet)
    expect(groups.map((group) => [group.column, group.columns])).toEqual([[0, COLUMNS], [0, COLUMNS]])
  })

  it('puts overlapping bookings side by side', () => {
    const { groups } = layOut([at('09:00', '10:00'), at('09:15', '09:30'), at('09:30', '09:45')], ZONE, sheet)
    expect(groups.map((group) => group.column)).toEqual([0, 3, 3])
  })

  it('keeps together what begins together', () => {
    const { groups } = layOut([at('09:00', '09:15'), at('09:00', '09:30')], ZONE, sheet)
    expect(groups).toHaveLength(1)
    expect(place(groups[0]!, sheet)).toEqual({ row: '5 / 7', column: '2 / span 6' })
  })

  it('stacks what would be too narrow to read', () => {
    const many = ['09:00', '09:15', '09:30', '09:45'].map((clock) => at(clock, '11:00'))
    const { groups } = layOut(many, ZONE, sheet)
    expect(groups.map((group) => group.bookings.length)).toEqual([4])
  })

  it('cuts what runs past midnight at the end of the sheet', () => {
    const night = { starts_at: at('16:00', '16:00').starts_at, ends_at: at('01:00', '02:00', '2026-09-30').ends_at }
    expect(layOut([night], ZONE, sheet).groups[0]?.to).toBe(sheet.to)
  })

  it('finds the row of now', () => {
    expect(rowOf(8 * 60 + 15, sheet)).toEqual({ row: 2, part: 0 })
    expect(rowOf(8 * 60 + 20, sheet).part).toBeCloseTo(1 / 3)
  })
})

it('masks a number', () => {
  expect(maskNumber('15400000009')).toBe('154••••0009')
  expect(maskNumber('1234')).toBe('••••')
})
