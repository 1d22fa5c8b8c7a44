// Binds the shared clock to video elements: ten times a second every picture is told where it should be.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { FRAME_S, filmOf, stepFrame, type Film } from './frames'
import { SharedClock, correction, segmentAt, type Tile } from './sync'

const TICK_MS = 100
/** A picture that is not ready by then no longer holds up the others. */
const PATIENCE_MS = 10_000
/** The end of a file is not worth a seek. */
const TAIL_S = 0.08

export interface Player {
  position: Ref<number>
  playing: Ref<boolean>
  speed: Ref<number>
  /** Whose picture all wait for. */
  waitsFor: Ref<string | null>
  /** Recordings that cannot be played. */
  failed: ShallowRef<ReadonlySet<string>>
  toggle: () => void
  seek: (ms: number) => void
  setSpeed: (speed: number) => void
  /** Stands, and goes to the next picture of a tile or the one before. */
  step: (tile: Tile, by: 1 | -1) => Promise<void>
  attach: (recording: string, video: HTMLVideoElement | null) => void
  fail: (recording: string) => void
}

/** Stands at `start` until it is played. */
export function usePlayer(length: number, tiles: Tile[], start = 0): Player {
  const clock = new SharedClock(length)
  clock.seek(0, start)
  const position = ref(start)
  const playing = ref(false)
  const speed = ref(1)
  const waitsFor = ref<string | null>(null)
  const failed = shallowRef<ReadonlySet<string>>(new Set())
  const videos = new Map<string, HTMLVideoElement>()
  const films = new WeakMap<HTMLVideoElement, Film>()
  const givenUp = new Set<string>()
  /** Where a picture that stands was last sent: browsers may round it, and must not be sent there for ever. */
  const sentTo = new Map<string, number>()
  /** The recording that is being stepped through: it is where the step has it. */
  let stepping: string | null = null
  let waitingSince: number | null = null
  const now = () => performance.now()

  /** True while this picture holds up the others. */
  function follow(recording: string, video: HTMLVideoElement, wanted: number): boolean {
    const running = clock.playing && !clock.held
    const over = Number.isFinite(video.duration) && wanted / 1000 >= video.duration - TAIL_S
    if (over) {
      if (!video.paused) video.pause()
      return false
    }
    if (running && video.paused) video.play().catch(() => undefined)
    if (!running && !video.paused) video.pause()
    if (video.readyState < HTMLMediaElement.HAVE_METADATA || video.seeking) return true
    const what = correction(wanted, video.currentTime * 1000, clock.speed, running)
    if (what.kind === 'rate' && video.playbackRate !== what.rate) video.playbackRate = what.rate
    if (what.kind === 'jump' && (running || sentTo.get(recording) !== what.to)) video.currentTime = what.to / 1000
    if (running) sentTo.delete(recording)
    else sentTo.set(recording, wanted)
    return video.seeking || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA
  }

  function tick() {
    const at = clock.position(now())
    const unready: { recording: string; name: string }[] = []
    for (const tile of tiles) {
      const active = segmentAt(tile, at)
      for (const track of tile.segments) {
        const video = videos.get(track.recording_id)
        if (!video || failed.value.has(track.recording_id) || track.recording_id === stepping) continue
        if (track !== active) {
          if (!video.paused) video.pause()
        } else if (follow(track.recording_id, video, at - track.offset_ms) && !givenUp.has(track.recording_id)) {
          unready.push({ recording: track.recording_id, name: tile.name })
        }
      }
    }
    wait(unready)
    clock.finish(now())
    show()
  }

  function wait(unready: { recording: string; name: string }[]) {
    waitingSince = unready.length ? waitingSince ?? now() : null
    if (waitingSince !== null && now() - waitingSince > PATIENCE_MS) {
      for (const one of unready) givenUp.add(one.recording)
      waitingSince = null
    }
    clock.hold(now(), clock.playing && waitingSince !== null)
    waitsFor.value = clock.held ? unready[0]?.name ?? null : null
  }

  function show() {
    position.value = clock.position(now())
    playing.value = clock.playing
  }

  async function step(tile: Tile, by: 1 | -1) {
    // one picture after the other, however fast the key is pressed
    if (stepping) return
    clock.pause(now())
    const at = clock.position(now())
    const active = segmentAt(tile, at)
    const video = active && !failed.value.has(active.recording_id) ? videos.get(active.recording_id) : undefined
    let reached = at / 1000 + by * FRAME_S
    const film = video && films.get(video)
    if (active && film && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      stepping = active.recording_id
      video.pause()
      const from = active.offset_ms / 1000
      const shown = video.seeking ? null : film.shown()
      reached = from + await stepFrame(film.view, at / 1000 - from, by, shown).finally(() => (stepping = null))
      // it stays where the picture was found, which need not be where that begins
      sentTo.set(active.recording_id, reached * 1000 - active.offset_ms)
    }
    clock.seek(now(), reached * 1000)
    tick()
  }

  const timer = setInterval(tick, TICK_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    for (const video of videos.values()) close(video)
  })

  return {
    position, playing, speed, waitsFor, failed, step,
    toggle: () => {
      if (clock.playing) clock.pause(now())
      else clock.play(now())
      tick()
    },
    seek: (ms) => {
      givenUp.clear()
      clock.seek(now(), ms)
      tick()
    },
    setSpeed: (value) => {
      speed.value = value
      clock.setSpeed(now(), value)
    },
    attach: (recording, video) => {
      const before = videos.get(recording)
      // told again whenever the tile is drawn
      if (before === video) return
      if (before) close(before)
      sentTo.delete(recording)
      if (video && !films.has(video)) films.set(video, filmOf(video))
      if (video) videos.set(recording, video)
      else videos.delete(recording)
    },
    fail: (recording) => (failed.value = new Set([...failed.value, recording])),
  }
}

/** An element that is gone from the page still reads and keeps what it has read, until it is told that there is nothing. */
function close(video: HTMLVideoElement) {
  video.pause()
  video.removeAttribute('src')
  video.load()
}
