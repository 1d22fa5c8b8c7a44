// Binds the shared clock to video elements: ten times a second every picture is told where it should be.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
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
  const givenUp = new Set<string>()
  let waitingSince: number | null = null
  const now = () => performance.now()

  /** True while this picture holds up the others. */
  function follow(video: HTMLVideoElement, wanted: number): boolean {
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
    if (what.kind === 'jump') video.currentTime = what.to / 1000
    return video.seeking || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA
  }

  function tick() {
    const at = clock.position(now())
    const unready: { recording: string; name: string }[] = []
    for (const tile of tiles) {
      const active = segmentAt(tile, at)
      for (const track of tile.segments) {
        const video = videos.get(track.recording_id)
        if (!video || failed.value.has(track.recording_id)) continue
        if (track !== active) {
          if (!video.paused) video.pause()
        } else if (follow(video, at - track.offset_ms) && !givenUp.has(track.recording_id)) {
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

  const timer = setInterval(tick, TICK_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    for (const video of videos.values()) video.pause()
  })

  return {
    position, playing, speed, waitsFor, failed,
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
      if (video) videos.set(recording, video)
      else videos.delete(recording)
    },
    fail: (recording) => (failed.value = new Set([...failed.value, recording])),
  }
}
