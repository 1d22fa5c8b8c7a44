// Stand-ins for the tests of this folder: a program that answers as it is told, and a scope as a page gives one.
import { effectScope, nextTick, ref, type EffectScope, type Ref } from 'vue'
import { vi } from 'vitest'
import type { Live } from '../../../api/events'
import { ApiError, type Code } from '../../../api/problem'
import type { BookingDetail, OfficerDay, Session } from '../../../api/types'
import { session } from '../../../call/fakes'
import type { Program, SessionHandlers } from './program'

/** A promise that is settled from outside. */
export function later<T>() {
  let settle!: (value: T) => void
  let fail!: (why: unknown) => void
  const promise = new Promise<T>((resolve, reject) => {
    settle = resolve
    fail = reject
  })
  return { promise, settle, fail }
}

export const refused = (code: Code, status = 409) => new ApiError({ code, status })

export class FakeProgram {
  /** Where the session stands for the program. */
  now: Session = session('waiting', 'entered')
  streams: { path: string; handlers: SessionHandlers; live: Ref<Live>; closed: boolean }[] = []
  days: { changed: () => void; closed: boolean }[] = []

  get stream() {
    const last = this.streams.at(-1)
    if (!last) throw new Error('nobody listens')
    return last
  }

  /** The program is somewhere else now, and says so on the stream. */
  tell(now: Session) {
    this.now = now
    this.stream.handlers.session(now)
  }

  private answer = () => Promise.resolve(this.now)

  calls = {
    enter: vi.fn<Program['enter']>(this.answer),
    session: vi.fn<Program['session']>(this.answer),
    booking: vi.fn<Program['booking']>(() => Promise.resolve({ id: 'booking' } as BookingDetail)),
    listen: vi.fn<Program['listen']>((path, handlers) => {
      const stream = { path, handlers, live: ref<Live>('connecting'), closed: false }
      this.streams.push(stream)
      return { live: stream.live, close: () => (stream.closed = true) }
    }),
    acknowledge: vi.fn<Program['acknowledge']>(this.answer),
    wait: vi.fn<Program['wait']>(this.answer),
    admit: vi.fn<Program['admit']>(this.answer),
    check: vi.fn<Program['check']>(this.answer),
    decline: vi.fn<Program['decline']>(() => Promise.resolve()),
    leave: vi.fn<Program['leave']>(() => Promise.resolve()),
    end: vi.fn<Program['end']>(this.answer),
    pauseRecording: vi.fn<Program['pauseRecording']>(this.answer),
    resumeRecording: vi.fn<Program['resumeRecording']>(this.answer),
    noteUnrecorded: vi.fn<Program['noteUnrecorded']>(this.answer),
    tellMedia: vi.fn<Program['tellMedia']>(() => Promise.resolve()),
    tellLine: vi.fn<Program['tellLine']>(() => Promise.resolve()),
    token: vi.fn<Program['token']>(() => Promise.resolve({ token: 't', expires_at: '2099-01-01T00:00:00Z' })),
    day: vi.fn<Program['day']>(() => Promise.resolve({ waiting: [] } as unknown as OfficerDay)),
    listenToDay: vi.fn<Program['listenToDay']>((changed) => {
      const day = { changed, closed: false }
      this.days.push(day)
      return { live: ref<Live>('live'), close: () => (day.closed = true) }
    }),
  } satisfies Program
}

let scopes: EffectScope[] = []

/** Runs a composable as a page would, until `endScopes`. */
export function within<T>(make: () => T): T {
  const scope = effectScope()
  scopes.push(scope)
  return scope.run(make) as T
}

/** The pages go. */
export function endScopes() {
  scopes.forEach((scope) => scope.stop())
  scopes = []
}

/** Lets answers arrive and what watches them run. */
export async function settled() {
  for (let turn = 0; turn < 5; turn += 1) {
    await Promise.resolve()
    await nextTick()
  }
}
