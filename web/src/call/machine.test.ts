import { describe, expect, it } from 'vitest'
import type { Session } from '../api/types'
import { START, next, phaseOf, wantsMedia, type CallEvent, type CallState } from './machine'
import { session } from './fakes'

const walk = (...events: CallEvent[]): CallState => events.reduce(next, START)
const entered = (of: Session): CallEvent => ({ type: 'entered', session: of })
const snapshot = (of: Session): CallEvent => ({ type: 'snapshot', session: of })
const media = (of: CallState['media']): CallEvent => ({ type: 'media', media: of })

describe('where somebody is', () => {
  it('follows what the program says', () => {
    const table = [
      [session('waiting', 'entered'), 'notice'],
      [session('waiting', 'acknowledged'), 'check'],
      [session('waiting', 'waiting'), 'waiting'],
      [session('open', 'waiting'), 'waiting'],
      [session('waiting', 'admitted'), 'waiting'],
      [session('open', 'admitted'), 'joining'],
      [session('open', 'left'), 'left'],
      [session('ended', 'left'), 'ended'],
    ] as const
    for (const [of, phase] of table) expect(phaseOf(walk(entered(of)))).toBe(phase)
    expect(phaseOf(START)).toBe('loading')
  })

  it('is in the call once media flows, and reconnects after a break', () => {
    const inside = walk(entered(session('open', 'admitted')), media('connecting'))
    expect(phaseOf(inside)).toBe('joining')
    const talking = next(inside, media('connected'))
    expect(phaseOf(talking)).toBe('in-call')
    expect(phaseOf(next(talking, media('lost')))).toBe('reconnecting')
    expect(phaseOf(next(next(talking, media('lost')), media('connected')))).toBe('in-call')
  })

  it('stops when another window goes on, and comes back only when asked to', () => {
    const taken = walk(entered(session('open', 'admitted')), media('connected'), { type: 'elsewhere' })
    expect(phaseOf(taken)).toBe('elsewhere')
    expect(wantsMedia(taken)).toBe(false)
    expect(phaseOf(next(taken, snapshot(session('open', 'admitted'))))).toBe('elsewhere')
    expect(phaseOf(next(taken, { type: 'here' }))).toBe('joining')
    expect(phaseOf(next(taken, snapshot(session('ended', 'left'))))).toBe('ended')
  })

  it('is not blamed on the network when the program refuses', () => {
    const refused = walk(entered(session('open', 'admitted')), media('connecting'), media('refused'))
    expect(phaseOf(refused)).toBe('joining')
  })

  it('joins anew after a reload: the program still has us admitted', () => {
    expect(phaseOf(walk(entered(session('open', 'admitted'))))).toBe('joining')
  })
})

describe('going back to the devices', () => {
  const back = walk(entered(session('waiting', 'waiting')), { type: 'recheck' })

  it('keeps the place in line', () => {
    expect(phaseOf(back)).toBe('check')
    expect(phaseOf(next(back, { type: 'checked' }))).toBe('waiting')
    expect(phaseOf(next(back, snapshot(session('waiting', 'waiting', { line: { ahead: 2 } }))))).toBe('check')
  })

  it('does not keep an admission waiting', () => {
    expect(phaseOf(next(back, snapshot(session('open', 'admitted'))))).toBe('joining')
  })
})

describe('being out', () => {
  const talking = walk(entered(session('open', 'admitted')), media('connected'))

  it('is not undone by a snapshot that was under way', () => {
    const left = next(talking, { type: 'left' })
    expect(phaseOf(left)).toBe('left')
    expect(phaseOf(next(left, snapshot(session('open', 'admitted'))))).toBe('left')
    expect(wantsMedia(left)).toBe(false)
  })

  it('ends when one enters again', () => {
    const again = next(next(talking, { type: 'left' }), entered(session('open', 'acknowledged')))
    expect(phaseOf(again)).toBe('check')
  })

  it('sees the end of the session also after having left, and for good', () => {
    const ended = next(next(talking, { type: 'left' }), snapshot(session('ended', 'left')))
    expect(phaseOf(ended)).toBe('ended')
    expect(phaseOf(next(ended, snapshot(session('open', 'admitted'))))).toBe('ended')
    expect(phaseOf(next(next(START, { type: 'ended' }), { type: 'left' }))).toBe('ended')
  })

  it('through a refusal to be recorded carries no media', () => {
    expect(phaseOf(next(talking, { type: 'declined' }))).toBe('left')
  })
})

describe('media', () => {
  it('flows only for the admitted in an open session', () => {
    for (const state of ['entered', 'acknowledged', 'waiting', 'left'] as const) {
      expect(wantsMedia(walk(entered(session('open', state))))).toBe(false)
    }
    expect(wantsMedia(walk(entered(session('waiting', 'admitted'))))).toBe(false)
    expect(wantsMedia(walk(entered(session('ended', 'admitted'))))).toBe(false)
    expect(wantsMedia(walk(entered(session('open', 'admitted')), media('lost')))).toBe(true)
  })
})
