// One stream of events for all pages of this browser. The page that holds a lock opens the stream and tells the
// others over a channel; when it goes, its lock goes to the next one. A page in the background may be slowed down
// so much that it tells too late: then a page that somebody looks at takes the lock over.
import { openSource, type Listener, type Live } from './events'

/** How often the holder says that it is there. */
const BEAT_MS = 5_000
/** After so much silence a page that is looked at takes over. */
const SILENT_MS = 16_000

export type Told =
  | { kind: 'live'; live: Live }
  | { kind: 'event'; name: string; data: string }
  | { kind: 'refused' }
  | { kind: 'ask' }

export interface Channel {
  postMessage: (told: Told) => void
  onmessage: ((event: MessageEvent<Told>) => void) | null
  close: () => void
}

/** What of the browser it needs; tests put their own here. */
export interface Browser {
  request: (name: string, options: { signal?: AbortSignal; steal?: boolean }, hold: () => Promise<void>) => Promise<unknown>
  channel: (name: string) => Channel
  open: typeof openSource
  isLookedAt: () => boolean
  onLook: (look: () => void) => () => void
}

const here: Browser = {
  request: (name, options, hold) => navigator.locks.request(name, options, hold),
  channel: (name) => new BroadcastChannel(name),
  open: openSource,
  isLookedAt: () => document.visibilityState === 'visible',
  onLook: (look) => {
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  },
}

/** Listens to `path` together with the other pages of this browser; gives back what ends it. */
export function listenTogether(path: string, names: string[], listener: Listener, browser: Browser = here): () => void {
  // without locks (a page that is not secure, an old browser) each page has a stream of its own
  if (browser === here && !(navigator.locks && 'BroadcastChannel' in globalThis)) return openSource(path, names, listener)

  const name = `events ${path}`
  const channel = browser.channel(name)
  const given = new AbortController()
  let live: Live = 'connecting'
  let heard = Date.now()
  let letGo: (() => void) | null = null

  function note(now: Live) {
    live = now
    listener.live(now)
  }

  /** Holds the stream until the page goes or another page takes over. */
  function hold(): Promise<void> {
    if (given.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const tell = (told: Told) => channel.postMessage(told)
      const close = browser.open(path, names, {
        live: (now) => {
          note(now)
          tell({ kind: 'live', live: now })
        },
        event: (which, data) => {
          listener.event(which, data)
          tell({ kind: 'event', name: which, data })
        },
        refused: () => {
          listener.refused()
          tell({ kind: 'refused' })
        },
      })
      const beat = setInterval(() => tell({ kind: 'live', live }), BEAT_MS)
      letGo = () => {
        letGo = null
        clearInterval(beat)
        close()
        resolve()
      }
    })
  }

  /** Waits for the lock, or takes it. Whoever loses it to another page lets go and waits again. */
  function queue(steal = false): void {
    const options = steal ? { steal } : { signal: given.signal }
    browser.request(name, options, hold).catch(() => {
      letGo?.()
      if (given.signal.aborted) return
      heard = Date.now()
      queue()
    })
  }

  channel.onmessage = ({ data: told }) => {
    if (letGo) {
      if (told.kind === 'ask') channel.postMessage({ kind: 'live', live })
      return
    }
    heard = Date.now()
    if (told.kind === 'live') note(told.live)
    else if (told.kind === 'event') listener.event(told.name, told.data)
    else if (told.kind === 'refused') listener.refused()
  }

  function look() {
    if (letGo || Date.now() - heard < SILENT_MS) return
    if (live === 'live') note('lost')
    if (!browser.isLookedAt()) return
    heard = Date.now()
    queue(true)
  }

  queue()
  channel.postMessage({ kind: 'ask' })
  const watching = setInterval(look, BEAT_MS)
  const unlook = browser.onLook(look)
  return () => {
    given.abort()
    clearInterval(watching)
    unlook()
    letGo?.()
    channel.close()
  }
}
