// One stream about topics that change. The next one is open before the last one is closed: nobody who follows a
// session seems to be away in between, and nothing that happens falls into a gap.
import type { Listener, Topic, openSource } from './events'

const NAMES = ['day', 'session', 'stopping', 'refused']

interface Opened { close: () => void }

export class Stream {
  private current: Opened | null = null
  private coming: Opened | null = null
  private about = ''

  constructor(private readonly open: typeof openSource, private readonly listener: Listener) {}

  /** `anew`: somebody has come who knows nothing yet; a new stream begins with how everything is. */
  follow(topics: Iterable<Topic>, anew = false) {
    const about = [...topics].sort().join(',')
    if (about === this.about && !anew) return
    this.about = about
    this.coming?.close()
    this.coming = null
    if (about) return this.begin(about)
    this.end()
    this.listener.live('connecting')
  }

  close() {
    this.coming?.close()
    this.end()
    this.coming = null
    this.about = ''
  }

  private end() {
    this.current?.close()
    this.current = null
  }

  private begin(about: string) {
    const opened: Opened = { close: () => {} }
    this.coming = opened
    const isOurs = () => this.current === opened
    opened.close = this.open(`/api/v1/events?topics=${about}`, NAMES, {
      live: (live) => {
        if (this.coming === opened) this.replace(opened)
        if (isOurs()) this.listener.live(live)
      },
      event: (name, data) => isOurs() && this.listener.event(name, data),
      refused: () => isOurs() && this.listener.refused(),
    })
  }

  private replace(opened: Opened) {
    this.current?.close()
    this.current = opened
    this.coming = null
  }
}
