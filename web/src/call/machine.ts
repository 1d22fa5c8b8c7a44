// Where somebody is in a session. Pure: the program's snapshots, the media link and what the person does come in,
// the state goes out. What follows from a state (opening media, asking for the camera) is done by others.
import type { Session } from '../api/types'

export type Phase =
  | 'loading' | 'notice' | 'check' | 'waiting' | 'joining' | 'in-call' | 'reconnecting' | 'elsewhere' | 'left' | 'ended'

/** The connection that carries our own picture and sound. `refused`: the program takes none of it, for good. */
export type MediaLink = 'idle' | 'connecting' | 'connected' | 'lost' | 'refused'

export interface CallState {
  readonly session: Session | null
  readonly media: MediaLink
  /** Media has flowed since we were admitted: from then on a break is a "reconnecting", not a "joining". */
  readonly hasConnected: boolean
  /** Went back from the waiting room to look at the devices; the place in line stays. */
  readonly rechecking: boolean
  /** Another window of the same person has taken the call over. */
  readonly elsewhere: boolean
  /** Out by own decision, or because the session is over. Late snapshots change nothing about it. */
  readonly out: null | 'left' | 'declined' | 'ended'
}

export type CallEvent =
  /** We opened the session: the first time, or again after having left. */
  | { type: 'entered'; session: Session }
  | { type: 'snapshot'; session: Session }
  | { type: 'recheck' }
  | { type: 'checked' }
  | { type: 'media'; media: MediaLink }
  /** Taken over by another window, or (`here`) taken back from it. */
  | { type: 'elsewhere' }
  | { type: 'here' }
  | { type: 'left' }
  | { type: 'declined' }
  | { type: 'ended' }

export const START: CallState = { session: null, media: 'idle', hasConnected: false, rechecking: false, elsewhere: false, out: null }

export function next(state: CallState, event: CallEvent): CallState {
  switch (event.type) {
    case 'entered':
      return { ...START, session: event.session }
    case 'snapshot':
      return afterSnapshot(state, event.session)
    case 'recheck':
      return { ...state, rechecking: true }
    case 'checked':
      return { ...state, rechecking: false }
    case 'media':
      return { ...state, media: event.media, hasConnected: state.hasConnected || event.media === 'connected' }
    case 'elsewhere':
      return { ...state, media: 'idle', hasConnected: false, elsewhere: true }
    case 'here':
      return { ...state, elsewhere: false }
    case 'left':
    case 'declined':
    case 'ended':
      // an end outweighs a leave, never the other way round
      if (state.out === 'ended') return state
      return { ...state, media: 'idle', hasConnected: false, rechecking: false, elsewhere: false, out: event.type }
  }
}

function afterSnapshot(state: CallState, session: Session): CallState {
  // nothing comes back from the end, whatever arrives late
  if (state.session?.state === 'ended' && session.state !== 'ended') return state
  const inside = session.state === 'open' && session.me.state === 'admitted'
  return {
    ...state,
    session,
    hasConnected: inside && state.hasConnected,
    rechecking: state.rechecking && session.me.state === 'waiting',
  }
}

export function phaseOf(state: CallState): Phase {
  const { session, out } = state
  if (out === 'ended' || session?.state === 'ended') return 'ended'
  if (out) return 'left'
  if (!session) return 'loading'
  switch (session.me.state) {
    case 'left':
      return 'left'
    case 'entered':
      return 'notice'
    case 'acknowledged':
      return 'check'
    case 'waiting':
      return state.rechecking ? 'check' : 'waiting'
    case 'admitted':
      // an officer is inside before the first guest opens the session; until then there is nobody to talk to
      if (session.state !== 'open') return 'waiting'
      if (state.elsewhere) return 'elsewhere'
      if (state.media === 'connected') return 'in-call'
      return state.hasConnected ? 'reconnecting' : 'joining'
  }
}

/** Media may flow: admitted into an open session. The program checks the same again. */
export function wantsMedia(state: CallState): boolean {
  const phase = phaseOf(state)
  return phase === 'joining' || phase === 'in-call' || phase === 'reconnecting'
}
