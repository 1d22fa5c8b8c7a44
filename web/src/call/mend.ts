// What to do about a connection that stops: first an ICE restart, which goes on with the same publication and the same
// recording, and a new connection where that does not help. Pure: what happens comes in with its time.

export type MendEvent =
  /** As the browser tells of the connection, some seconds late. */
  | 'connected' | 'disconnected' | 'failed'
  /** Another network, or nothing comes back any more: the browser may not have noticed yet. */
  | 'moved' | 'silent'
  /** What the program says to a restart: `gone` when it has no such connection, `unreached` when it says nothing. */
  | 'taken' | 'refused' | 'gone' | 'unreached'
  /** The time that was asked for. */
  | 'due'

export type Act = 'nothing' | 'restart' | 'anew'

export interface Mending {
  readonly step: 'steady' | 'shaky' | 'asking' | 'pausing' | 'taken'
  /** The browser takes it for connected. */
  readonly up: boolean
  /** When to be called again. */
  readonly due: number | null
  /** When a restart that has not helped is given up. */
  readonly until: number
}

export const STEADY: Mending = { step: 'steady', up: true, due: null, until: 0 }

/** A short hiccup mends itself. */
const HICCUP_MS = 2_000
const GIVE_UP_MS = 5_000
const PAUSE_MS = 1_000

export function mend(before: Mending, event: MendEvent, at: number): [Mending, Act] {
  const now = { ...before, up: event === 'connected' || (before.up && event !== 'disconnected' && event !== 'failed') }
  switch (now.step) {
    case 'steady':
    case 'shaky':
      return whileThere(now, event, at)
    case 'asking':
      if (event === 'taken') return [{ ...now, step: 'taken', due: now.until }, 'nothing']
      if (event === 'gone') return [STEADY, 'anew']
      if (event === 'unreached' && at + PAUSE_MS < now.until) return [{ ...now, step: 'pausing', due: at + PAUSE_MS }, 'nothing']
      return event === 'refused' || event === 'unreached' || event === 'due' ? giveUp(now) : [now, 'nothing']
    case 'pausing':
      if (event === 'connected') return [STEADY, 'nothing']
      return event === 'due' || event === 'moved' ? [{ ...now, step: 'asking', due: now.until }, 'restart'] : [now, 'nothing']
    case 'taken':
      if (event === 'connected') return [STEADY, 'nothing']
      if (event === 'moved') return begin(now, at)
      return event === 'due' ? giveUp(now) : [now, 'nothing']
  }
}

function whileThere(now: Mending, event: MendEvent, at: number): [Mending, Act] {
  switch (event) {
    case 'connected':
      return [STEADY, 'nothing']
    case 'disconnected':
      return [{ ...now, step: 'shaky', due: now.due ?? at + HICCUP_MS }, 'nothing']
    case 'failed':
    case 'moved':
    case 'silent':
      return begin(now, at)
    case 'due':
      return now.step === 'shaky' ? begin(now, at) : [now, 'nothing']
    default:
      return [now, 'nothing']
  }
}

function begin(now: Mending, at: number): [Mending, Act] {
  return [{ ...now, step: 'asking', due: at + GIVE_UP_MS, until: at + GIVE_UP_MS }, 'restart']
}

/** What still stands by the browser is left alone: if nothing comes through it, others notice. */
function giveUp(now: Mending): [Mending, Act] {
  return [STEADY, now.up ? 'nothing' : 'anew']
}

/** Whether a restart is under way, of which one does not know yet whether it helps. */
export const isRestarting = ({ step }: Mending): boolean => step === 'asking' || step === 'pausing' || step === 'taken'

/** The part of an offer that tells new credentials (RFC 9725, 4.3). All sections are bundled, so the first speaks for all. */
export function fragmentOf(sdp: string): string {
  const lines = sdp.split(/\r?\n/)
  const first = (start: string) => lines.find((line) => line.startsWith(start)) ?? ''
  return ['a=ice-ufrag:', 'a=ice-pwd:', 'm=', 'a=mid:'].map((start) => `${first(start)}\r\n`).join('')
}

/** The answer that holds after a restart: as the one before, with the credentials and the addresses of the fragment. */
export function answerAfter(sdp: string, fragment: string): string {
  const told = fragment.split(/\r?\n/)
  const one = (start: string) => told.find((line) => line.startsWith(start))
  const candidates = told.filter((line) => line.startsWith('a=candidate:'))
  let last = ''
  return sdp.split(/\r?\n/).flatMap((line) => {
    const follows = last.startsWith('a=candidate:')
    last = line
    if (line.startsWith('a=candidate:') && candidates.length) return follows ? [] : candidates
    const start = /^a=ice-(?:ufrag|pwd):/.exec(line)?.[0]
    return [(start && one(start)) ?? line]
  }).join('\r\n')
}
