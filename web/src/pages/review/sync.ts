// Playing several recordings in step: one clock, and for every picture what it should do at an instant of it.
// Pure: the wall's time comes in, nothing here knows a video element.
import type { Playback, Track } from '../../api/types'
import { timecode } from '../../rules/time'

/** Off by more than this, a picture is brought back. */
const OFF_MS = 100
/** One that stands is to show the very picture of the moment: less than half of one at 30 a second. */
const STANDS_OFF_MS = 15
/** So long before a segment it is opened, for it to play without a halt. */
const OPENED_BEFORE_MS = 12_000
/** Off by more than this, changing the speed would take too long: it jumps. */
const FAR_OFF_MS = 1_000
/** How much faster or slower a picture may run to catch up; more would be heard. */
const NUDGE = 0.08
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const

/** What one person shows from one source: segments one after the other in one tile. */
export interface Tile {
  key: string; participant_id: string; name: string; role: string; source: Track['source']; segments: Track[]
  /** As the program counts it: no moment twice, none before one was let in. */
  missing: Missing[]
}

const end = (track: Track) => track.offset_ms + track.duration_ms

export function tilesOf(tracks: Track[], missing: Playback['missing'] = []): Tile[] {
  const tiles = new Map<string, Tile>()
  for (const track of [...tracks].sort((a, b) => a.offset_ms - b.offset_ms || a.segment - b.segment)) {
    const key = `${track.participant_id}:${track.source}`
    const { participant_id, name, role, source } = track
    const mine = missing.filter((stretch) => stretch.participant_id === participant_id && stretch.source === source)
    const tile: Tile = tiles.get(key) ?? {
      key, participant_id, name, role, source, segments: [],
      missing: mine.map(({ from_ms, to_ms, cause, medium, missing_ms }) => ({ from: from_ms, to: to_ms, cause, medium: medium as Missing['medium'], ms: missing_ms })),
    }
    tile.segments.push(track)
    tiles.set(key, tile)
  }
  return [...tiles.values()]
}

/** The segment that shows at a position; of two that overlap, the later one. */
export function segmentAt(tile: Tile, position: number): Track | undefined {
  return tile.segments.findLast((track) => track.offset_ms <= position && position < end(track))
}

/**
 * The segments of a tile that are opened at a position: what shows, and shortly before it begins what comes next. Each
 * that is open may keep a connection, of which browsers have six to a host, and memory for what it has read.
 */
export function openedAt(tile: Tile, position: number, speed: number): Track[] {
  const coming = tile.segments.find((track) => track.offset_ms > position)
  const soon = coming && coming.offset_ms - position <= OPENED_BEFORE_MS * Math.max(1, speed) ? coming : undefined
  return [segmentAt(tile, position), soon].filter((track) => !!track)
}

/** Something missing from a tile, on the shared timeline. */
export interface Missing { from: number; to: number; cause: string; medium: 'audio' | 'video' | 'both'; ms: number }

/** Of whoever has muted themselves nothing is missing: it is shown, and not counted. */
export const isMissed = ({ cause }: Pick<Missing, 'cause'>): boolean => cause !== 'microphone_off'

export function missingMs(...tiles: Tile[]): number {
  return tiles.flatMap((tile) => tile.missing).filter(isMissed).reduce((sum, gap) => sum + gap.ms, 0)
}

/** How far sound and pictures of a tile were at most from the server's clock, in ms; null where no part of it was measured. */
export function clockErrors({ segments }: Tile): Record<'audio' | 'video', number | null> {
  const most = (of: (track: Track) => number | null) => {
    const measured = segments.map(of).filter((ms) => ms !== null)
    return measured.length ? Math.max(...measured) : null
  }
  return { audio: most((track) => track.audio_error_ms), video: most((track) => track.video_error_ms) }
}

/** Where the first picture begins: there is nothing to see before it. */
export function firstPicture(tiles: Tile[]): number {
  const starts = tiles.flatMap((tile) => tile.segments.map((track) => track.offset_ms))
  return starts.length ? Math.min(...starts) : 0
}

/** The tile that is shown large at first: one that has a picture then, a visitor's camera before others. */
export function firstLarge(tiles: Tile[], at: number): Tile | undefined {
  const pictured = tiles.filter((tile) => segmentAt(tile, at))
  return pictured.find((tile) => tile.role !== 'officer' && tile.source === 'camera') ?? pictured[0] ?? tiles[0]
}

/** What stands in a tile instead of a picture, if anything does. */
export function absence(tile: Tile, position: number): 'not_yet' | 'gone' | 'gap' | null {
  // missing sound is no missing picture, and between single losses there are pictures
  if (tile.missing.some((gap) => gap.medium !== 'audio' && gap.from <= position && position < gap.to)) return 'gap'
  if (segmentAt(tile, position)) return null
  return position < (tile.segments[0]?.offset_ms ?? 0) ? 'not_yet' : 'gone'
}

export type Correction = { kind: 'none' } | { kind: 'rate'; rate: number } | { kind: 'jump'; to: number }

/** How to bring a picture that is at `actual` back to where the clock `wanted` it. */
export function correction(wanted: number, actual: number, speed: number, playing: boolean): Correction {
  const off = actual - wanted
  const size = Math.abs(off)
  if (!playing) return size > STANDS_OFF_MS ? { kind: 'jump', to: wanted } : { kind: 'none' }
  if (size > FAR_OFF_MS * Math.max(1, speed)) return { kind: 'jump', to: wanted }
  if (size > OFF_MS) return { kind: 'rate', rate: speed * (off > 0 ? 1 - NUDGE : 1 + NUDGE) }
  return { kind: 'rate', rate: speed }
}

/** The clock all pictures follow. It stands while one of them has nothing to play yet. */
export class SharedClock {
  playing = false
  held = false
  speed = 1
  private from = 0
  private since = 0

  constructor(readonly length: number) {}

  position(now: number): number {
    const run = this.playing && !this.held ? (now - this.since) * this.speed : 0
    return Math.min(this.length, this.from + run)
  }

  private set(now: number, change: () => void) {
    this.from = this.position(now)
    this.since = now
    change()
  }

  play(now: number) {
    // at its end it begins anew
    if (this.position(now) >= this.length) this.seek(now, 0)
    this.set(now, () => (this.playing = true))
  }

  pause(now: number) {
    this.set(now, () => (this.playing = false))
  }

  hold(now: number, held: boolean) {
    if (held !== this.held) this.set(now, () => (this.held = held))
  }

  setSpeed(now: number, speed: number) {
    this.set(now, () => (this.speed = speed))
  }

  seek(now: number, to: number) {
    this.from = Math.min(this.length, Math.max(0, to))
    this.since = now
  }

  /** Stops at the end; true when it just did. */
  finish(now: number): boolean {
    if (!this.playing || this.position(now) < this.length) return false
    this.pause(now)
    return true
  }
}

export type Command =
  | { kind: 'toggle' } | { kind: 'by'; ms: number } | { kind: 'to'; part: 0 | 1 } | { kind: 'frame'; by: 1 | -1 } | { kind: 'full' }

/** What a key means to the player. */
export function commandOf(key: string): Command | null {
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case ' ': case 'k': return { kind: 'toggle' }
    case 'j': return { kind: 'by', ms: -10_000 }
    case 'l': return { kind: 'by', ms: 10_000 }
    case 'ArrowLeft': return { kind: 'by', ms: -1_000 }
    case 'ArrowRight': return { kind: 'by', ms: 1_000 }
    case ',': return { kind: 'frame', by: -1 }
    case '.': return { kind: 'frame', by: 1 }
    case 'f': return { kind: 'full' }
    case 'Home': return { kind: 'to', part: 0 }
    case 'End': return { kind: 'to', part: 1 }
    default: return null
  }
}

const RULER_STEPS_S = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]
const MOST_NAMED = 7

/** The ruler's ticks: every step one, every fifth or so with its time. */
export function ticksOf(length: number): { at: number; named: boolean }[] {
  const step = (RULER_STEPS_S.find((seconds) => length / (seconds * 1000) <= MOST_NAMED) ?? 7200) * 1000
  const small = step / 5
  return Array.from({ length: Math.floor(length / small) + 1 }, (_, index) => ({ at: index * small, named: index % 5 === 0 }))
}

/**
 * A lane for each mark, from the top, so that the words beside it run into no other mark's. `width(index)` is how much
 * of the length a mark takes with its words. Words that would run out at the end stand before their mark.
 */
export function lanesOf(marks: { at_ms: number }[], length: number, width: (index: number) => number): { lane: number; before: boolean }[] {
  const ends: number[] = []
  return marks.map((mark, index) => {
    const before = mark.at_ms + width(index) > length
    const from = before ? mark.at_ms - width(index) : mark.at_ms
    let lane = ends.findIndex((end) => end <= from)
    if (lane < 0) lane = ends.length
    ends[lane] = before ? mark.at_ms + (length ? width(index) / 20 : 0) : mark.at_ms + width(index)
    return { lane, before }
  })
}

/** The last of what has happened by a position. */
export function latest<T extends { at_ms: number | null }>(items: T[], position: number): T | undefined {
  return items.findLast((item) => item.at_ms !== null && item.at_ms <= position)
}

/** Seconds of a short span, with a tenth while it matters. */
export function secondsOf(ms: number): string {
  return ms < 10_000 ? (Math.max(100, ms) / 1000).toFixed(1) : String(Math.round(ms / 1000))
}

/** "12:14", or "1:02:14" from an hour on. */
export function shortTime(ms: number): string {
  const full = timecode(ms)
  return full.startsWith('00:') ? full.slice(3) : full.replace(/^0/, '')
}
