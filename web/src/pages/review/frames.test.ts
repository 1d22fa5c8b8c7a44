import { describe, expect, it } from 'vitest'
import { stepFrame, type FrameView } from './frames'

/** A recording whose pictures begin at these seconds. */
const film = (...starts: number[]): { view: FrameView; looks: number[] } => {
  const looks: number[] = []
  return { looks, view: async (seconds) => {
    looks.push(seconds)
    return starts.findLast((start) => start <= seconds + 1e-9) ?? starts[0] ?? null
  } }
}

describe('a step of one picture', () => {
  const uneven = [0, 0.033, 0.05, 0.3, 0.333]

  it('goes to the very next picture, however long this one stands', async () => {
    const { view } = film(...uneven)
    for (const [at, next] of [[0, 0.033], [0.04, 0.05], [0.05, 0.3], [0.32, 0.333]] as const) {
      expect(await stepFrame(view, at, 1)).toBeCloseTo(next, 2)
    }
  })

  it('goes back to the one before, from the middle of this one too', async () => {
    const { view } = film(...uneven)
    for (const [at, before] of [[0.333, 0.3], [0.31, 0.05], [0.06, 0.033], [0.04, 0]] as const) {
      expect(await stepFrame(view, at, -1)).toBeCloseTo(before, 2)
    }
  })

  it('forward and back again shows the same picture', async () => {
    const { view } = film(...uneven)
    const there = await stepFrame(view, 0.05, 1)
    expect(await view(await stepFrame(view, there, -1))).toBe(0.05)
  })

  it('stays at the first picture, and does not look for ever for one that does not come', async () => {
    const { view, looks } = film(0, 0.04)
    expect(await stepFrame(view, 0, -1)).toBeCloseTo(0, 2)
    looks.length = 0
    expect(await stepFrame(view, 0.04, 1)).toBeGreaterThan(0.3)
    expect(looks.length).toBeLessThan(40)
  })

  it('is as long as a picture mostly stands where the browser tells nothing', async () => {
    const nothing: FrameView = async () => null
    expect(await stepFrame(nothing, 1, 1)).toBeCloseTo(1.04)
    expect(await stepFrame(nothing, 1, -1)).toBeCloseTo(0.96)
    expect(await stepFrame(nothing, 0, -1)).toBe(0)
  })
})
