import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Listener, Live, Topic } from './events'
import { Page, type Browser, type Channel, type Told } from './shared'

interface Source { path: string; listener: Listener; closed: boolean }

/** Locks and channels of one browser, and the pages that are open in it. */
class FakeBrowser {
  private locks = new Map<string, { page: FakePage; reject: (why: unknown) => void }>()
  private waiting = new Map<string, { page: FakePage; run: () => void }[]>()
  pages: FakePage[] = []
  sources: Source[] = []

  get open() {
    return this.sources.filter((source) => !source.closed)
  }

  /** The one stream there is: what it is about. */
  get about() {
    return this.open.map(({ path }) => path.split('topics=')[1])
  }

  page(isLookedAt = true) {
    const page = new FakePage(this, `page-${this.pages.length}`, isLookedAt)
    this.pages.push(page)
    return page
  }

  request(page: FakePage, name: string, steal: boolean | undefined, hold: () => Promise<void>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const run = () => {
        const mark = { page, reject }
        this.locks.set(name, mark)
        void hold().then(() => {
          if (this.locks.get(name) !== mark) return
          resolve(undefined)
          this.release(name)
        })
      }
      const holder = this.locks.get(name)
      if (steal) {
        holder?.reject(new Error('stolen'))
        run()
      } else if (holder) this.waiting.set(name, [...(this.waiting.get(name) ?? []), { page, run }])
      // the browser answers in its own time
      else queueMicrotask(() => (this.locks.has(name) ? this.waiting.set(name, [{ page, run }, ...(this.waiting.get(name) ?? [])]) : run()))
    })
  }

  private release(name: string) {
    this.locks.delete(name)
    const next = this.waiting.get(name)?.shift()
    next?.run()
  }

  /** A page is closed: without a word, its connections and locks go. */
  drop(page: FakePage) {
    for (const [name, some] of this.waiting) this.waiting.set(name, some.filter((one) => one.page !== page))
    for (const [name, lock] of [...this.locks]) if (lock.page === page) this.release(name)
  }
}

class FakePage {
  live: Live[] = []
  heard: string[] = []
  refused: Topic[] = []
  private frozen = false
  private gone = false
  private readonly sources: Source[] = []
  private readonly channel: Channel
  private readonly page: Page

  constructor(private readonly browser: FakeBrowser, name: string, isLookedAt: boolean) {
    this.channel = {
      onmessage: null,
      postMessage: (told: Told) => {
        if (this.frozen || this.gone) return
        for (const other of browser.pages) if (other !== this && !other.gone && !other.frozen) other.channel.onmessage?.({ data: told } as MessageEvent<Told>)
      },
    }
    const ports: Browser = {
      page: name,
      request: (lock, { steal }, hold) => browser.request(this, lock, steal, hold),
      channel: () => this.channel,
      open: (path, _names, listener) => {
        const source = { path, listener, closed: false }
        browser.sources.push(source)
        this.sources.push(source)
        return () => (source.closed = true)
      },
      isLookedAt: () => isLookedAt,
      onLook: () => {},
    }
    this.page = new Page(ports)
  }

  follow(topic: Topic) {
    return this.page.listen(topic, {
      live: (now) => this.live.push(now),
      event: (name, data) => this.heard.push(`${topic} ${name} ${data}`),
      refused: () => this.refused.push(topic),
    })
  }

  freeze() {
    this.frozen = true
  }

  close() {
    this.gone = true
    this.sources.forEach((source) => (source.closed = true))
    this.browser.drop(this)
  }
}

/** Until what was asked for together has been asked. */
const settle = () => vi.advanceTimersByTimeAsync(50)
const session = (id: string, more = '') => `{"id":"${id}"${more}}`

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.clearAllTimers()
  vi.useRealTimers()
})

/** As many pages as topics, each following one, and the stream is live. */
async function pagesOf(...topics: Topic[]) {
  const browser = new FakeBrowser()
  const pages = topics.map((topic) => {
    const page = browser.page()
    page.follow(topic)
    return page
  })
  await settle()
  browser.open.at(-1)?.listener.live('live')
  await settle()
  return { browser, pages }
}

describe('pages of one browser', () => {
  it('share one stream about all that they follow', async () => {
    const { browser } = await pagesOf('day', 'session:a', 'session:b', 'day', 'session:a', 'day', 'session:c', 'day')
    expect(browser.about).toEqual(['day,session:a,session:b,session:c'])
  })

  it('hear each what it is about, and of a restart all', async () => {
    const { browser, pages: [day, a, b] } = await pagesOf('day', 'session:a', 'session:b')
    const { listener } = browser.open[0]!
    listener.event('day', '{}')
    listener.event('session', session('a'))
    listener.event('stopping', '{}')
    expect(day?.heard).toEqual(['day day {}', 'day stopping {}'])
    expect(a?.heard).toEqual([`session:a session ${session('a')}`, 'session:a stopping {}'])
    expect(b?.heard).toEqual(['session:b stopping {}'])
  })

  it('learn what is refused: one topic, or the whole stream', async () => {
    const { browser, pages } = await pagesOf('day', 'session:a', 'session:b')
    browser.open[0]?.listener.event('refused', '{"topic":"session:a","code":"not_found"}')
    expect(pages.map(({ refused }) => refused)).toEqual([[], ['session:a'], []])
    browser.open[0]?.listener.refused()
    expect(pages.map(({ refused }) => refused.length)).toEqual([1, 2, 1])
  })

  it('have the new stream before they let the old one go', async () => {
    const { browser, pages: [day] } = await pagesOf('day')
    day?.follow('session:a')
    await settle()
    expect(browser.about).toEqual(['day', 'day,session:a'])
    browser.open[0]?.listener.event('day', '{}')
    expect(day?.heard).toEqual(['day day {}'])
    browser.open[1]?.listener.live('live')
    expect(browser.about).toEqual(['day,session:a'])
  })

  it('are told at once how a session is when they come to it later, and open nothing for another view of the day', async () => {
    const { browser } = await pagesOf('day', 'session:a')
    const before = browser.sources.length
    browser.page().follow('day')
    await settle()
    expect(browser.sources.length).toBe(before)
    const late = browser.page()
    late.follow('session:a')
    await settle()
    browser.open.at(-1)?.listener.live('live')
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.listener.event('session', session('a'))
    expect(late.heard).toHaveLength(1)
  })

  it('tell a page that comes later how the line is', async () => {
    const { browser } = await pagesOf('day')
    const late = browser.page()
    late.follow('day')
    await settle()
    expect(late.live).toEqual(['live'])
    expect(browser.open).toHaveLength(1)
  })

  it('follow no session any more whose page was closed, so that nobody is there', async () => {
    const { browser, pages: [, a, again] } = await pagesOf('day', 'session:a', 'session:a')
    a?.close()
    await settle()
    expect(browser.about).toEqual(['day,session:a'])
    again?.close()
    await settle()
    browser.open.at(-1)?.listener.live('live')
    expect(browser.about).toEqual(['day'])
  })

  it('let a session go that a page does not show any more', async () => {
    const browser = new FakeBrowser()
    const page = browser.page()
    const end = page.follow('session:a')
    page.follow('day')
    await settle()
    end()
    await settle()
    browser.open.at(-1)?.listener.live('live')
    expect(browser.about).toEqual(['day'])
  })

  it('have no stream while nobody follows anything', async () => {
    const browser = new FakeBrowser()
    const end = browser.page().follow('day')
    await settle()
    end()
    await settle()
    expect(browser.open).toHaveLength(0)
  })

  it('go on when the one that holds the stream is closed, without what only that one followed', async () => {
    const { browser, pages: [holder, b] } = await pagesOf('session:a', 'session:b')
    expect(browser.about).toEqual(['session:a,session:b'])
    holder?.close()
    await settle()
    expect(browser.about).toEqual(['session:b'])
    browser.open[0]?.listener.live('live')
    browser.open[0]?.listener.event('session', session('b'))
    expect(b?.heard).toEqual([`session:b session ${session('b')}`])
    b?.close()
    expect(browser.open).toHaveLength(0)
  })

  it('say that they are stale and take over when the holder falls silent', async () => {
    const browser = new FakeBrowser()
    const [frozen, looked, hidden] = [browser.page(), browser.page(true), browser.page(false)]
    for (const page of [frozen, looked, hidden]) page.follow('day')
    await settle()
    browser.open[0]?.listener.live('live')
    frozen.freeze()
    await vi.advanceTimersByTimeAsync(21_000)
    expect(looked.live).toContain('lost')
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.listener.live('live')
    browser.open[0]?.listener.event('day', '{"n":2}')
    expect(looked.heard).toEqual(['day day {"n":2}'])
    expect(hidden.heard).toEqual(['day day {"n":2}'])
    expect(hidden.live.at(-1)).toBe('live')
  })

  it('do not wait long for a holder that does not even answer a page that has just come', async () => {
    const { browser, pages: [holder] } = await pagesOf('day')
    holder?.freeze()
    const late = browser.page()
    late.follow('session:a')
    await vi.advanceTimersByTimeAsync(3_100)
    browser.open.at(-1)?.listener.live('live')
    expect(browser.about.at(-1)).toContain('session:a')
    expect(late.live.at(-1)).toBe('live')
  })

  it('leave the stream where it is as long as it speaks', async () => {
    const { browser } = await pagesOf('day', 'day')
    await vi.advanceTimersByTimeAsync(600_000)
    expect(browser.sources).toHaveLength(1)
  })
})
