import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onWake } from './woke'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  let clock = 0
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const window = new EventTarget()
  const woke = vi.fn()
  const scope = effectScope()
  scope.run(() => onWake(woke, { now: () => clock, document: document as unknown as Document, window: window as unknown as Window }))
  /** So much time passes by the clock, and the timers run for the last two seconds of it. */
  const passes = (ms: number) => {
    clock += ms
    vi.advanceTimersByTime(2_000)
  }
  return { document, window, woke, scope, passes }
}

describe('a page that wakes', () => {
  it('notices the gap that a sleep leaves, once, and no slow second', () => {
    const { woke, passes } = open()
    for (const ms of [2_000, 2_100, 6_000, 2_000]) passes(ms)
    expect(woke).not.toHaveBeenCalled()
    passes(180_000)
    passes(2_000)
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('notices that it is looked at again, and that the network is back', () => {
    const { woke, document, window, passes } = open()
    document.visibilityState = 'hidden'
    document.dispatchEvent(new Event('visibilitychange'))
    expect(woke).not.toHaveBeenCalled()
    document.visibilityState = 'visible'
    document.dispatchEvent(new Event('visibilitychange'))
    window.dispatchEvent(new Event('online'))
    expect(woke).toHaveBeenCalledTimes(2)
    passes(2_000)
    expect(woke).toHaveBeenCalledTimes(2)
  })

  it('is not called once the page is gone', () => {
    const { woke, window, scope, passes } = open()
    scope.stop()
    window.dispatchEvent(new Event('online'))
    passes(60_000)
    expect(woke).not.toHaveBeenCalled()
  })
})
