import { onScopeDispose, ref, type Ref } from 'vue'
import { listenTogether } from './shared'

/** What can be followed: the office's day, or a session that was entered. Whoever follows a session is there. */
export type Topic = 'day' | `session:${string}`

export type Live = 'connecting' | 'live' | 'lost'

export interface Events { live: Ref<Live>; close: () => void }

/** What a source tells: how the line is, and what came over it. */
export interface Listener {
  live: (live: Live) => void
  event: (name: string, data: string) => void
  /** The program answered with an error. */
  refused: () => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000

/**
 * Opens a stream of server-sent events and keeps it open. The browser mends broken connections by itself but gives
 * up on an error answer; then it is opened anew with growing pauses. A stream that ended because the same person has
 * too many is not opened again before somebody looks at the page: the pages would take it from each other.
 */
export function openSource(path: string, names: string[], listener: Listener): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = FIRST_PAUSE_MS
  let superseded = false

  function open() {
    superseded = false
    source = new EventSource(path)
    source.onopen = () => {
      listener.live('live')
      pause = FIRST_PAUSE_MS
    }
    source.onerror = () => {
      listener.live('lost')
      if (source?.readyState !== EventSource.CLOSED || superseded) return
      listener.refused()
      timer = setTimeout(open, pause)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
    source.addEventListener('superseded', () => {
      superseded = true
      source?.close()
      listener.live('lost')
    })
    for (const name of names) {
      source.addEventListener(name, (event) => listener.event(name, (event as MessageEvent<string>).data))
    }
  }

  const onLook = () => {
    if (superseded && document.visibilityState === 'visible') open()
  }
  document.addEventListener('visibilitychange', onLook)
  addEventListener('focus', onLook)
  open()
  return () => {
    document.removeEventListener('visibilitychange', onLook)
    removeEventListener('focus', onLook)
    clearTimeout(timer)
    source?.close()
  }
}

/**
 * What happens about `topic`, for as long as the component that asked lives. All pages of this browser hear it over
 * one stream (./shared). `live` tells the page when what it shows may be stale. `refused`: the program answered with an
 * error; what it is about (nobody is signed in any more, mostly) is told by reading again what the page shows.
 */
export function openEvents(topic: Topic, handlers: Record<string, (data: unknown) => void>, refused?: () => void): Events {
  const live = ref<Live>('connecting')
  const close = listenTogether(topic, {
    live: (now) => (live.value = now),
    event: (name, data) => handlers[name]?.(JSON.parse(data || '{}')),
    refused: () => refused?.(),
  })
  onScopeDispose(close, true)
  return { live, close }
}
