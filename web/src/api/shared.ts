// One stream of events for all pages of this browser: it opens six connections at most to a host, and seven pages must
// still load. The page that holds a lock has the stream, about everything that any page follows, and tells the
// others over a channel; when it goes, its lock goes to the next one. Each page holds a lock of its own as well, by
// which the holder knows that a page is gone and nobody is there any more. A page in the background may be slowed
// down so much that it tells too late: then a page that somebody looks at takes the stream over.
import { openSource, type Listener, type Live, type Topic } from './events'
import { Stream } from './stream'

/** How often the holder says that it is there. */
const BEAT_MS = 5_000
/** After so much silence a page that is looked at takes over. */
const SILENT_MS = 16_000
/** A page that has just come and gets no answer waits no longer than this. */
const ANSWERED_MS = 3_000
/** What several pages or parts of one ask for at a time is asked of the program at once. */
const TOGETHER_MS = 40

export type Told =
  | { kind: 'live'; live: Live }
  | { kind: 'event'; name: string; data: string }
  | { kind: 'refused' }
  /** What a page follows: whenever that changes, and when a page that is new asks. */
  | { kind: 'follows'; page: string; topics: Topic[] }
  | { kind: 'ask' }

export interface Channel {
  postMessage: (told: Told) => void
  onmessage: ((event: MessageEvent<Told>) => void) | null
}

/** What of the browser it needs; tests put their own here. */
export interface Browser {
  /** By this the pages of a browser tell each other apart. */
  page: string
  request: (name: string, options: { signal?: AbortSignal; steal?: boolean }, hold: () => Promise<void>) => Promise<unknown>
  channel: () => Channel
  open: typeof openSource
  isLookedAt: () => boolean
  onLook: (look: () => void) => void
}

const STREAM = 'mianqia.events'
const lockOf = (page: string) => `${STREAM}.${page}`

/** What an event is about; `null`: about everything. */
function topicOf(name: string, data: string): Topic | null {
  if (name === 'day') return 'day'
  if (name === 'session') return `session:${(JSON.parse(data) as { id: string }).id}`
  if (name === 'refused') return (JSON.parse(data) as { topic: Topic }).topic
  return null
}

/** A page among the pages of its browser. */
export class Page {
  private readonly listeners = new Map<Topic, Set<Listener>>()
  private readonly others = new Map<string, Topic[]>()
  private readonly channel: Channel
  private live: Live = 'connecting'
  private heard = Date.now()
  private answered = false
  /** Holds its own lock, so that nobody takes it for gone. */
  private isThere = false
  private held: { stream: Stream; letGo: () => void } | null = null
  private changing: ReturnType<typeof setTimeout> | undefined
  private anew = false

  constructor(private readonly browser: Browser) {
    this.channel = browser.channel()
    this.channel.onmessage = ({ data }) => this.hear(data)
    void browser.request(lockOf(browser.page), {}, () => {
      this.isThere = true
      this.announce()
      this.channel.postMessage({ kind: 'ask' })
      return new Promise(() => {})
    })
    this.queue()
    setTimeout(() => this.look(), ANSWERED_MS)
    setInterval(() => this.look(), BEAT_MS)
    browser.onLook(() => this.look())
  }

  /** Listens to what happens about `topic`; gives back what ends it. */
  listen(topic: Topic, listener: Listener): () => void {
    const listeners = this.listeners.get(topic) ?? new Set()
    this.listeners.set(topic, listeners.add(listener))
    if (this.live !== 'connecting') listener.live(this.live)
    this.changed(begins(topic))
    return () => {
      listeners.delete(listener)
      if (listeners.size) return
      this.listeners.delete(topic)
      this.changed()
    }
  }

  private announce() {
    if (this.isThere) this.channel.postMessage({ kind: 'follows', page: this.browser.page, topics: [...this.listeners.keys()] })
  }

  private changed(anew = false) {
    this.announce()
    this.adjust(anew)
  }

  /** The holder's stream is brought in line with what all pages follow. */
  private adjust(anew = false) {
    if (!this.held) return
    this.anew ||= anew
    this.changing ??= setTimeout(() => {
      this.changing = undefined
      const topics = new Set([...this.listeners.keys(), ...[...this.others.values()].flat()])
      this.held?.stream.follow(topics, this.anew)
      this.anew = false
    }, TOGETHER_MS)
  }

  private hear(told: Told) {
    if (told.kind === 'follows') return this.note(told.page, told.topics)
    if (told.kind === 'ask') this.announce()
    if (this.held) {
      if (told.kind === 'ask') this.channel.postMessage({ kind: 'live', live: this.live })
      return
    }
    if (told.kind === 'ask') return
    this.heard = Date.now()
    this.answered = true
    if (told.kind === 'live') this.become(told.live)
    else if (told.kind === 'event') this.deliver(told.name, told.data)
    else if (told.kind === 'refused') this.each((listener) => listener.refused())
  }

  /** What another page follows from now on. */
  private note(page: string, topics: Topic[]) {
    const before = this.others.get(page)
    this.others.set(page, topics)
    if (!before && this.held) this.watch(page)
    this.adjust(topics.some((topic) => begins(topic) && !before?.includes(topic)))
  }

  /** Whoever gets the lock of a page learns that the page is gone. */
  private watch(page: string) {
    void this.browser.request(lockOf(page), {}, () => {
      this.others.delete(page)
      this.adjust()
      return Promise.resolve()
    })
  }

  private become(live: Live) {
    this.live = live
    this.each((listener) => listener.live(live))
  }

  private deliver(name: string, data: string) {
    const topic = topicOf(name, data)
    for (const listener of topic ? [...(this.listeners.get(topic) ?? [])] : this.all()) {
      if (name === 'refused') listener.refused()
      else listener.event(name, data)
    }
  }

  private all(): Listener[] {
    return [...this.listeners.values()].flatMap((some) => [...some])
  }

  private each(tell: (listener: Listener) => void) {
    this.all().forEach(tell)
  }

  /** Holds the stream until the page goes or another page takes over. */
  private hold(): Promise<void> {
    return new Promise((resolve) => {
      const tell = (told: Told) => this.channel.postMessage(told)
      const stream = new Stream(this.browser.open, {
        live: (live) => {
          this.become(live)
          tell({ kind: 'live', live })
        },
        event: (name, data) => {
          this.deliver(name, data)
          tell({ kind: 'event', name, data })
        },
        refused: () => {
          this.each((listener) => listener.refused())
          tell({ kind: 'refused' })
        },
      })
      const beat = setInterval(() => tell({ kind: 'live', live: this.live }), BEAT_MS)
      const letGo = () => {
        this.held = null
        clearInterval(beat)
        stream.close()
        resolve()
      }
      this.held = { stream, letGo }
      for (const page of this.others.keys()) this.watch(page)
      this.adjust()
    })
  }

  /** Waits for the lock, or takes it. Whoever loses it to another page lets go and waits again. */
  private queue(steal = false) {
    this.browser.request(STREAM, steal ? { steal } : {}, () => this.hold()).catch(() => {
      this.held?.letGo()
      this.heard = Date.now()
      this.queue()
    })
  }

  private look() {
    if (this.held || Date.now() - this.heard < (this.answered ? SILENT_MS : ANSWERED_MS)) return
    if (this.live === 'live') this.become('lost')
    if (!this.browser.isLookedAt()) return
    this.heard = Date.now()
    this.queue(true)
  }
}

/** A stream about it begins with how it is, which whoever comes new has to hear. */
const begins = (topic: Topic) => topic !== 'day'

/** Random, and long enough that no two pages have the same. */
const nameOfPage = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('')

function thisBrowser(): Browser {
  const page = nameOfPage()
  const looks = {
    isLookedAt: () => document.visibilityState === 'visible',
    onLook: (look: () => void) => document.addEventListener('visibilitychange', look),
  }
  // without locks (a page that is not secure, an old browser) each page has a stream of its own
  if (!navigator.locks || !('BroadcastChannel' in globalThis)) {
    const alone: Channel = { postMessage: () => {}, onmessage: null }
    return { page, request: (_name, _options, hold) => hold(), channel: () => alone, open: openSource, ...looks }
  }
  return {
    page,
    request: (name, options, hold) => navigator.locks.request(name, options, hold),
    channel: () => new BroadcastChannel(STREAM),
    open: openSource,
    ...looks,
  }
}

let page: Page | undefined

/** Listens to `topic` together with the other pages of this browser; gives back what ends it. */
export function listenTogether(topic: Topic, listener: Listener): () => void {
  page ??= new Page(thisBrowser())
  return page.listen(topic, listener)
}
