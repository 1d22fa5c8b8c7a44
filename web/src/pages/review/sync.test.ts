import { describe, expect, it } from 'vitest'
import type { Track } from '../../api/types'
import { timecode } from '../../rules/time'
import {
  SharedClock, absence, commandOf, correction, firstLarge, firstPicture, lanesOf, latest, missingMs, openedAt, secondsOf, segmentAt, shortTime, ticksOf,
  tilesOf,
} from './sync'

const track = (participant: string, segment: number, offset_ms: number, duration_ms: number, more: Partial<Track> = {}): Track => ({
  recording_id: `${participant}${segment}`, participant_id: participant, name: participant, role: 'guest', source: 'camera',
  segment, offset_ms, duration_ms, audio_error_ms: null, video_error_ms: null, url: '', gaps: [], ...more,
})

describe('tiles', () => {
  const tracks = [
    track('b', 1, 30_000, 10_000, { gaps: [
      { from_ms: 2_000, to_ms: 3_000, cause: 'loss', medium: 'both', missing_ms: 1_000 },
      { from_ms: 4_000, to_ms: 9_000, cause: 'loss', medium: 'audio', missing_ms: 300 },
    ] }),
    track('a', 0, 0, 60_000),
    track('b', 0, 5_000, 15_000),
    track('a', 0, 10_000, 5_000, { source: 'screen', recording_id: 'screen' }),
  ]
  const missing = [
    { participant_id: 'b', source: 'camera' as const, from_ms: 20_000, to_ms: 30_000, cause: 'between_segments', medium: 'both' as const, missing_ms: 10_000 },
    { participant_id: 'b', source: 'camera' as const, from_ms: 32_000, to_ms: 33_000, cause: 'loss', medium: 'both' as const, missing_ms: 1_000 },
    { participant_id: 'b', source: 'camera' as const, from_ms: 34_000, to_ms: 39_000, cause: 'loss', medium: 'audio' as const, missing_ms: 300 },
  ]
  const tiles = tilesOf(tracks, missing)
  const b = tiles.find((tile) => tile.participant_id === 'b')!

  it('hold one person and source each, segments in order of time', () => {
    expect(tiles.map((tile) => tile.key)).toEqual(['a:camera', 'b:camera', 'a:screen'])
    expect(b.segments.map((segment) => segment.segment)).toEqual([0, 1])
  })

  it('show the segment of the moment', () => {
    expect(segmentAt(b, 4_999)).toBeUndefined()
    expect(segmentAt(b, 5_000)?.segment).toBe(0)
    expect(segmentAt(b, 20_000)).toBeUndefined()
    expect(segmentAt(b, 30_000)?.segment).toBe(1)
  })

  it('show the later one of two that overlap', () => {
    const tile = tilesOf([track('c', 0, 0, 10_000), track('c', 1, 8_000, 10_000)])[0]!
    expect(segmentAt(tile, 9_000)?.segment).toBe(1)
  })

  it('open what shows and, shortly before it begins, what comes next: never all', () => {
    const tile = tilesOf(Array.from({ length: 12 }, (_, at) => track('c', at, at * 30_000, 28_000)))[0]!
    const opened = (at: number, speed = 1) => openedAt(tile, at, speed).map((one) => one.segment)
    expect([0, 17_000, 18_000, 29_000, 30_000, 359_000].map((at) => opened(at))).toEqual([[0], [0], [0, 1], [1], [1], []])
    // played faster, it is needed sooner
    expect([opened(7_000, 2), opened(0, 2)]).toEqual([[0, 1], [0]])
    expect(openedAt(tilesOf([track('c', 0, 60_000, 1)])[0]!, 0, 1)).toEqual([])
  })

  it('begin with the first picture, and with a visitor large if one is there', () => {
    expect(firstPicture(tilesOf([track('c', 0, 7_000, 10), track('d', 0, 4_000, 10)]))).toBe(4_000)
    expect(firstPicture([])).toBe(0)
    const both = tilesOf([track('c', 0, 0, 10, { role: 'officer' }), track('d', 0, 9, 10)])
    expect(firstLarge(both, 9)?.name).toBe('d')
    expect(firstLarge(both, 0)?.name).toBe('c')
    expect(firstLarge(both, 99)?.name).toBe('c')
    expect(firstLarge([], 0)).toBeUndefined()
  })

  it('know what is missing and why', () => {
    expect(b.missing.map(({ from, to, cause, medium, ms }) => [from, to, cause, medium, ms])).toEqual([
      [20_000, 30_000, 'between_segments', 'both', 10_000],
      [32_000, 33_000, 'loss', 'both', 1_000],
      [34_000, 39_000, 'loss', 'audio', 300],
    ])
    expect(missingMs(...tiles)).toBe(11_300)
    const muted = { from: 0, to: 5_000, cause: 'microphone_off', medium: 'audio' as const, ms: 5_000 }
    expect(missingMs({ ...b, missing: [...b.missing, muted] })).toBe(11_300)
    expect([secondsOf(30), secondsOf(2_400), secondsOf(11_600)]).toEqual(['0.1', '2.4', '12'])
    expect([0, 6_000, 25_000, 32_500, 35_000, 45_000].map((at) => absence(b, at))).toEqual(['not_yet', null, 'gap', 'gap', null, 'gone'])
  })
})

describe('a picture that is off', () => {
  it('is left alone within a tenth of a second', () => {
    expect(correction(10_000, 10_090, 1, true)).toEqual({ kind: 'rate', rate: 1 })
  })
  it('runs a little faster or slower', () => {
    expect(correction(10_000, 10_150, 1, true)).toEqual({ kind: 'rate', rate: 0.92 })
    expect(correction(10_000, 9_800, 2, true)).toEqual({ kind: 'rate', rate: 2.16 })
  })
  it('jumps when it is far off', () => {
    expect(correction(10_000, 7_000, 1, true)).toEqual({ kind: 'jump', to: 10_000 })
  })
  it('stands exactly where the clock stands', () => {
    expect(correction(10_000, 10_030, 1, false)).toEqual({ kind: 'jump', to: 10_000 })
    expect(correction(10_000, 10_010, 1, false)).toEqual({ kind: 'none' })
  })
})

describe('the shared clock', () => {
  it('runs with its speed and stands when paused', () => {
    const clock = new SharedClock(60_000)
    clock.play(0)
    expect(clock.position(1_000)).toBe(1_000)
    clock.setSpeed(1_000, 2)
    expect(clock.position(2_000)).toBe(3_000)
    clock.pause(2_000)
    expect(clock.position(9_000)).toBe(3_000)
  })

  it('stands while a picture has nothing to play, and goes on from there', () => {
    const clock = new SharedClock(60_000)
    clock.play(0)
    clock.hold(1_000, true)
    expect(clock.position(5_000)).toBe(1_000)
    clock.hold(5_000, false)
    expect(clock.position(6_000)).toBe(2_000)
  })

  it('keeps seeking within the recording', () => {
    const clock = new SharedClock(60_000)
    clock.seek(0, -5)
    expect(clock.position(0)).toBe(0)
    clock.seek(0, 90_000)
    expect(clock.position(0)).toBe(60_000)
  })

  it('stops at the end and begins anew from there', () => {
    const clock = new SharedClock(1_000)
    clock.play(0)
    expect(clock.finish(500)).toBe(false)
    expect(clock.finish(1_500)).toBe(true)
    expect(clock.playing).toBe(false)
    clock.play(2_000)
    expect(clock.position(2_100)).toBe(100)
  })
})

describe('keys', () => {
  it('mean what players taught people', () => {
    expect(commandOf(' ')).toEqual({ kind: 'toggle' })
    expect(commandOf('K')).toEqual({ kind: 'toggle' })
    expect(commandOf('j')).toEqual({ kind: 'by', ms: -10_000 })
    expect(commandOf('ArrowRight')).toEqual({ kind: 'by', ms: 1_000 })
    expect([commandOf(','), commandOf('.'), commandOf('F')]).toEqual([{ kind: 'frame', by: -1 }, { kind: 'frame', by: 1 }, { kind: 'full' }])
    expect(commandOf('x')).toBeNull()
  })
})

describe('the timeline', () => {
  it('has a handful of named ticks whatever the length', () => {
    for (const length of [900, 7_000, 95_000, 1_704_000, 7_200_000, 30_000_000]) {
      const named = ticksOf(length).filter((tick) => tick.named)
      expect(named.length).toBeGreaterThan(0)
      expect(named.length).toBeLessThanOrEqual(8)
      expect(ticksOf(length).every((tick) => tick.at <= length)).toBe(true)
    }
  })

  it('gives every mark its words in a lane of its own where they would run into others', () => {
    expect(lanesOf([{ at_ms: 0 }, { at_ms: 10 }, { at_ms: 500 }, { at_ms: 980 }], 1_000, () => 100)).toEqual([
      { lane: 0, before: false }, { lane: 1, before: false }, { lane: 0, before: false }, { lane: 0, before: true },
    ])
  })

  it('lets no words overlap in a lane', () => {
    const marks = Array.from({ length: 24 }, (_, index) => ({ at_ms: (index * 37) % 1_000 })).sort((a, b) => a.at_ms - b.at_ms)
    const lanes = lanesOf(marks, 1_000, () => 150)
    const spans = lanes.map(({ lane, before }, index) => {
      const at = marks[index]!.at_ms
      return { lane, from: before ? at - 150 : at, to: before ? at : at + 150 }
    })
    for (const [index, one] of spans.entries()) {
      for (const other of spans.slice(index + 1)) {
        if (one.lane === other.lane) expect(one.to <= other.from || other.to <= one.from).toBe(true)
      }
    }
  })

  it('knows the latest entry', () => {
    const entries = [{ at_ms: null }, { at_ms: 0 }, { at_ms: 500 }]
    expect(latest(entries, 499)).toEqual({ at_ms: 0 })
    expect(latest([{ at_ms: 5 }], 1)).toBeUndefined()
  })

  it('tells time from zero', () => {
    expect(timecode(734_900)).toBe('00:12:14')
    expect(shortTime(734_900)).toBe('12:14')
    expect(shortTime(3_734_900)).toBe('1:02:14')
  })
})
