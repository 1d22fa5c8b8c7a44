import { onScopeDispose, ref, type Ref } from 'vue'

export type Live = 'connecting' | 'live' | 'lost'

export interface Events { live: Ref<Live>; close: () => void }

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000

/**
 * A stream of server-sent events. The browser mends broken connections by itself but gives up on an error
 * answer; then it is opened anew with growing pauses. `live` tells the page when what it shows may be stale.
 * Closes with the component that opened it. `refused`: the program answered with an error; what it is about (nobody
 * is signed in any more, mostly) is told by reading again what the page shows.
 */
export function openEvents(path: string, handlers: Record<string, (data: unknown) => void>, refused?: () => void): Events {
  const live = ref<Live>('connecting')
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = FIRST_PAUSE_MS

  function open() {
    source = new EventSource(path)
    source.onopen = () => {
      live.value = 'live'
      pause = FIRST_PAUSE_MS
    }
    source.onerror = () => {
      live.value = 'lost'
      if (source?.readyState !== EventSource.CLOSED) return
      refused?.()
      timer = setTimeout(open, pause)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data || '{}')))
    }
  }

  function close() {
    clearTimeout(timer)
    source?.close()
  }

  open()
  onScopeDispose(close, true)
  return { live, close }
}
