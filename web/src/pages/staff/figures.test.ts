import { describe, expect, it } from 'vitest'
import { along, axisFrom, byService, percent, rangeOf, sumOf, unbroken, wilson } from './figures'

const line = (answered: number, top: number | null) => ({ invited: answered * 2, answered, top, hidden: top === null })

describe('shares', () => {
  it('are the Wilson intervals of the books', () => {
    expect(wilson(736, 842)).toEqual({ low: 85, high: 89.5 })
    expect(wilson(58, 70)).toEqual({ low: 72.4, high: 89.9 })
    expect(wilson(5, 5)?.high).toBe(100)
    expect(wilson(0, 0)).toBeNull()
  })

  it('are rounded half up', () => {
    expect(percent(1, 16)).toBe(6.3)
    expect(percent(0, 0)).toBeNull()
  })

  it('leave hidden lines out, but say so', () => {
    const sum = sumOf([line(10, 8), line(3, null), line(0, null)])
    expect(sum).toMatchObject({ invited: 26, answered: 13, n: 10, top: 8, share: 80, withheld: 1 })
  })

  it('are summed for each service', () => {
    const text = (zh: string) => ({ zh, en: zh })
    const row = (id: string, month: string) => ({
      ...line(10, 9), month, service_id: id, service: text(id), response_rate: 50, share: 90, low: 60, high: 98,
    })
    const sums = byService([row('a', '2026-01'), row('b', '2026-01'), row('a', '2026-02')])
    expect(sums.map(({ id, sum }) => [id, sum.n])).toEqual([['a', 20], ['b', 10]])
  })
})

describe('the chart', () => {
  it('begins its axis below every interval', () => {
    expect(axisFrom([72, 66, null])).toBe(60)
    expect(axisFrom([38])).toBe(20)
    expect(axisFrom([100])).toBe(80)
    expect(axisFrom([null])).toBe(0)
    expect(along(80, 60)).toBe(50)
  })

  it('breaks its line at a hidden month', () => {
    const runs = unbroken([{ share: 80 }, { share: null }, { share: 90 }, { share: 91 }])
    expect(runs.map((run) => run.map(({ index }) => index))).toEqual([[0], [2, 3]])
  })
})

describe('the months asked for', () => {
  it('are this year so far when the address says nothing', () => {
    expect(rangeOf(undefined, undefined, '2026-09')).toEqual({ from: '2026-01', to: '2026-09' })
  })
  it('never run backwards or too far', () => {
    expect(rangeOf('2026-08', '2026-03', '2026-09')).toEqual({ from: '2026-03', to: '2026-03' })
    expect(rangeOf('2001-01', '2026-09', '2026-09')).toEqual({ from: '2023-10', to: '2026-09' })
    expect(rangeOf('nonsense', ['2026-01'], '2026-09')).toEqual({ from: '2026-01', to: '2026-09' })
  })
})
