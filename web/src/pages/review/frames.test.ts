import { describe, expect, it } from 'vitest'
import { stepFrame, type FrameView } from './frames'

interface Film { view: FrameView; looks: number[]; at: (seconds: number) => number | null; shown: () => number | null }

/**
 * A recording whose pictures begin at these seconds. `average`: as Chromium, a picture is shown until it has stood for
 * so long, though the next one has begun. `told`: how the browser rounds what it tells.
 */
function film(starts: number[], { average = 0, told = (start: number) => start } = {}): Film {
  const looks: number[] = []
  const at = (seconds: number) => {
    const index = starts.findIndex((start, one) => Math.max(start + average, starts[one + 1] ?? Infinity) > seconds + 1e-7)
    return index < 0 ? null : told(starts[index]!)
  }
  return { looks, at, shown: () => at(looks.at(-1)!), view: async (seconds) => {
    looks.push(seconds)
    return at(seconds)
  } }
}
const milliseconds = (start: number) => Math.round(start * 1_000) / 1_000

/** Always the same numbers from 0 to 1. */
function numbers(seed: number) {
  let state = seed
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
}

/** Pictures of a camera in a call: mostly near `apart`, some at half of it, some that stand long. */
function callOf(seed: number, apart: number, count = 40): number[] {
  const next = numbers(seed)
  const starts = [seed % 2 ? 0 : 0.062]
  while (starts.length < count) {
    const kind = next()
    const length = kind < 0.1 ? 0.3 + next() * 0.3 : kind < 0.5 ? apart / 2 + next() * 0.01 : apart + (next() - 0.5) * 0.02
    starts.push(starts.at(-1)! + length)
  }
  return starts
}

describe('a step of one picture', () => {
  const uneven = [0, 0.033, 0.05, 0.3, 0.333]

  it.each([
    // from, by, to
    [0, 1, 0.033], [0.04, 1, 0.05], [0.05, 1, 0.3], [0.29, 1, 0.3], [0.32, 1, 0.333],
    [0.333, -1, 0.3], [0.31, -1, 0.05], [0.3, -1, 0.05], [0.06, -1, 0.033], [0.04, -1, 0], [0.02, -1, 0], [0, -1, 0],
  ] as const)('from %s by %s is to %s, however long it stands', async (at, by, to) => {
    expect(await stepFrame(film(uneven).view, at, by)).toBeCloseTo(to, 2)
  })

  it('is there though the browser shows earlier pictures where short ones have been', async () => {
    // as measured: a picture that began at 5.310 is shown from 5.324 on only
    const starts = [4.785, 4.834, 4.933, 5.04, 5.123, 5.169, 5.215, 5.259, 5.31, 5.392]
    const { view, shown } = film(starts, { average: 0.06 })
    const first = await stepFrame(view, 5.2, 1)
    expect([first, shown()]).toEqual([expect.closeTo(5.215), 5.215])
    const second = await stepFrame(view, first, 1, shown())
    expect([second, shown()]).toEqual([expect.closeTo(5.259), 5.259])
    expect([await stepFrame(view, second, -1, shown()), shown()]).toEqual([first, 5.215])
  })

  it('begins at the picture that stands, which after playing need not be the one that is found there', async () => {
    const { at, view, shown } = film([0, 0.1, 0.2, 0.24, 0.34, 0.44], { average: 0.07 })
    const to = async (by: 1 | -1, standing: number) => {
      await stepFrame(view, 0.25, by, standing)
      return shown()
    }
    expect(at(0.25)).toBe(0.2)
    expect(await to(1, 0.24)).toBe(0.34)
    expect(await to(-1, 0.24)).toBe(0.2)
    // what is told of another place does not count
    expect(await to(1, 12)).toBe(0.24)
  })

  it('is where the picture is though what a browser shows has shifted since it was found', async () => {
    const starts = [0, 0.05, 0.1, 0.13, 0.2, 0.25, 0.3]
    let average = 0.06
    const drifting: FrameView = async (seconds) => film(starts, { average: (average -= 0.001) }).at(seconds)
    const there = await stepFrame(drifting, 0.1, 1, 0.1)
    expect(there).toBeCloseTo(0.13)
    expect(await stepFrame(drifting, there, 1, 0.13)).toBeCloseTo(0.2)
  })

  const films = [
    ...[1, 2, 3, 4].flatMap((seed) => [0.034, 0.05, 0.1].map((apart) => ({ seed, apart, average: 0, round: false }))),
    ...[5, 6, 7, 8].flatMap((seed) => [0.034, 0.05, 0.1].map((apart) => ({ seed, apart, average: apart, round: false }))),
    ...[9, 10, 11, 12].flatMap((seed) => [0.034, 0.05].map((apart) => ({ seed, apart, average: apart * 1.3, round: true }))),
  ]
  it.each(films)('goes through every picture and back through the same: $seed, $apart s, $average, $round', async ({ seed, apart, average, round }) => {
    const starts = callOf(seed, apart).map((start) => (round ? start : milliseconds(start)))
    const { view, shown } = film(starts, { average, told: round ? milliseconds : undefined })
    const told = starts.map((start) => (round ? milliseconds(start) : start))
    let position = await view(0) ?? Number.NaN
    for (const picture of told.slice(1)) {
      position = await stepFrame(view, position, 1, shown())
      expect(shown()).toBe(picture)
      expect(position).toBeCloseTo(picture, 2)
    }
    for (const picture of told.slice(0, -1).reverse()) {
      position = await stepFrame(view, position, -1, shown())
      expect(shown()).toBe(picture)
      expect(position).toBeCloseTo(picture, 2)
    }
    await stepFrame(view, position, -1, shown())
    expect(shown()).toBe(told[0])
  })

  it('costs few looks where times are shown as they are', async () => {
    const { view, looks } = film([0, 0.05, 0.101, 0.148])
    const second = await stepFrame(view, 0.05, 1)
    expect(looks.length).toBeLessThanOrEqual(6)
    looks.length = 0
    await stepFrame(view, second, -1)
    expect(looks.length).toBeLessThanOrEqual(6)
  })

  it('goes on where a picture stands very long, and does not look for ever for one that does not come', async () => {
    const { view, looks } = film([0, 0.04, 9])
    let position = 0.04
    for (let step = 0; step < 20; step++) {
      looks.length = 0
      position = await stepFrame(view, position, 1)
      expect(looks.length).toBeLessThan(20)
    }
    expect(position).toBeGreaterThan(9)
  })

  it('is as long as a picture mostly stands where the browser tells nothing, or nothing any more', async () => {
    const nothing: FrameView = async () => null
    expect(await stepFrame(nothing, 1, 1)).toBeCloseTo(1.04)
    expect(await stepFrame(nothing, 1, -1)).toBeCloseTo(0.96)
    expect(await stepFrame(nothing, 0, -1)).toBe(0)
    const { view } = film([0, 0.05, 0.1])
    let told = 2
    const less: FrameView = async (seconds) => (told-- > 0 ? view(seconds) : null)
    expect(await stepFrame(less, 0.06, -1)).toBeCloseTo(0.02)
  })
})
