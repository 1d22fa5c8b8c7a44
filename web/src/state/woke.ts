// When the machine has slept or the page was away: what was true before may not be true any more.
import { onScopeDispose } from 'vue'

const LOOK_MS = 2_000
/** Hidden pages are called once a second, or seldomer; nothing is called for so long while a machine is awake. */
const SLEPT_MS = 10_000

export interface WakePorts {
  now: () => number
  document: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>
  window: Pick<Window, 'addEventListener' | 'removeEventListener'>
}

/** Calls back when a gap in time, the page's return or the network's says that there was a sleep. */
export function onWake(callback: () => void, ports: WakePorts = { now: Date.now, document, window }): void {
  let last = ports.now()
  const look = () => {
    const now = ports.now()
    const slept = now - last > SLEPT_MS
    last = now
    if (slept) callback()
  }
  const timer = setInterval(look, LOOK_MS)
  const onVisible = () => {
    if (ports.document.visibilityState !== 'visible') return
    last = ports.now()
    callback()
  }
  const onOnline = () => callback()
  ports.document.addEventListener('visibilitychange', onVisible)
  ports.window.addEventListener('online', onOnline)
  onScopeDispose(() => {
    clearInterval(timer)
    ports.document.removeEventListener('visibilitychange', onVisible)
    ports.window.removeEventListener('online', onOnline)
  })
}
