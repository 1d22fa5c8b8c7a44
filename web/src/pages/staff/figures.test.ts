import { describe, expect, it } from 'vitest'
import { along, axisFrom, rangeOf, unbroken } from './figures'

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
