import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Listener, Live } from './events'
import { listenTogether, type Browser, type Channel, type Told } from './shared'

/** Locks and channels of one browser, and the pages that are open in it. */
class FakeBrowser {
  private held: { reject: (why: unknown) => void } | null = null
  private waiting: (() => void)[] = []
  private channels = new Set<{ channel: Channel; alive: boolean }>()
  sources: { listener: Listener; closed: boolean }[] = []

  get open() {
    return this.sources.filter((source) => !source.closed)
  }

  page(isLookedAt = true) {
    const live: Live[] = []
    const heard: string[] = []
    let refused = 0
    let frozen = false
    const mine: { channel: Channel; alive: boolean }[] = []
    const browser: Browser = {
      request: (_name, { signal, steal }, hold) => new Promise((resolve, reject) => {
        const run = () => {
          const mark = { reject }
          this.held = mark
          void hold().then(() => {
            if (this.held !== mark) return
            this.held = null
            resolve(undefined)
            this.waiting.shift()?.()
          })
        }
        if (signal?.aborted) return reject(new Error('aborted'))
        if (steal) {
          this.held?.reject(new Error('stolen'))
          run()
        } else if (!this.held) run()
        else {
          this.waiting.push(run)
          signal?.addEventListener('abort', () => {
            this.waiting = this.waiting.filter((one) => one !== run)
            reject(new Error('aborted'))
          })
        }
      }),
      channel: () => {
        const entry = { alive: true, channel: null as unknown as Channel }
        entry.channel = {
          onmessage: null,
          postMessage: (told: Told) => {
            if (frozen) return
            for (const other of this.channels) {
              if (other !== entry && other.alive) other.channel.onmessage?.({ data: told } as MessageEvent<Told>)
            }
          },
          close: () => (entry.alive = false),
        }
        this.channels.add(entry)
        mine.push(entry)
        return entry.channel
      },
      open: (_path, _names, listener) => {
        const source = { listener, closed: false }
        this.sources.push(source)
        return () => (source.closed = true)
      },
      isLookedAt: () => isLookedAt,
      onLook: () => () => {},
    }
    const close = listenTogether('/day/events', ['changed'], {
      live: (now) => live.push(now),
      event: (name, data) => heard.push(`${name} ${data}`),
      refused: () => (refused += 1),
    }, browser)
    return { live, heard, refused: () => refused, close, freeze: () => (frozen = true) }
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('pages of one browser', () => {
  it('share one stream, and each hears everything', async () => {
    const browser = new FakeBrowser()
    const pages = [browser.page(), browser.page(), browser.page()]
    await settle()
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.listener.live('live')
    browser.open[0]?.listener.event('changed', '{}')
    browser.open[0]?.listener.refused()
    for (const page of pages) {
      expect(page.live.at(-1)).toBe('live')
      expect(page.heard).toEqual(['changed {}'])
      expect(page.refused()).toBe(1)
    }
  })

  it('tell a page that comes later how the line is', async () => {
    const browser = new FakeBrowser()
    browser.page()
    await settle()
    browser.open[0]?.listener.live('live')
    const late = browser.page()
    await settle()
    expect(late.live).toEqual(['live'])
    expect(browser.open).toHaveLength(1)
  })

  it('go on when the one that holds the stream is closed', async () => {
    const browser = new FakeBrowser()
    const first = browser.page()
    const second = browser.page()
    await settle()
    first.close()
    await settle()
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.listener.event('changed', '{}')
    expect(second.heard).toEqual(['changed {}'])
    expect(first.heard).toEqual([])
    second.close()
    await settle()
    expect(browser.open).toHaveLength(0)
  })

  it('say that they are stale and take over when the holder falls silent', async () => {
    const browser = new FakeBrowser()
    const frozen = browser.page()
    const looked = browser.page(true)
    const hidden = browser.page(false)
    await settle()
    browser.open[0]?.listener.live('live')
    frozen.freeze()
    await vi.advanceTimersByTimeAsync(21_000)
    expect(looked.live).toContain('lost')
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.listener.live('live')
    browser.open[0]?.listener.event('changed', '{"n":2}')
    expect(looked.heard).toEqual(['changed {"n":2}'])
    expect(hidden.heard).toEqual(['changed {"n":2}'])
    expect(hidden.live.at(-1)).toBe('live')
    // the one that lost it hears like all others when it wakes
    expect(frozen.heard).toEqual(['changed {"n":2}'])
  })

  it('leave the stream where it is as long as it speaks', async () => {
    const browser = new FakeBrowser()
    browser.page()
    browser.page()
    await settle()
    browser.open[0]?.listener.live('live')
    await vi.advanceTimersByTimeAsync(600_000)
    expect(browser.sources).toHaveLength(1)
  })
})
