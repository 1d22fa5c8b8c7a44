import { expect, it } from 'vitest'
import type { Booking } from '../api/types'
import { daysAway, holdLeft, holds, joinable, mostPressing } from './bookings'

const now = Date.parse('2026-11-23T06:00:00Z')
const make = (more: Partial<Booking>): Booking => ({
  id: 'b', reference: '', channel: 'online', state: 'accepted', kind: 'video', service: { id: 's', code: 's', name: { 'zh-CN': '', en: '' } },
  venue: { name: { 'zh-CN': '', en: '' }, zone: 'Asia/Shanghai' }, starts_at: '2026-11-23T08:00:00Z', ends_at: '2026-11-23T08:30:00Z',
  stages: [], hold_expires_at: null, enterprise: null, booker_name: '', topic: null, about: [], officer: null, reason: null,
  expired_because: null, reopen_until: null, people: 1, needs_decision: true, next_steps: ['join_video', 'rate'], session: null, overlaps: [],
  can: { request: false, cancel: true, reschedule: false, join: false, accept: false, refuse: false, check_in: false, complete: false, no_show: false, reopen: false, book_again: false, explain: false },
  explain_by: null, explanation: null, explained_at: null,
  join_from: '2026-11-23T07:45:00Z', join_until: '2026-11-23T09:30:00Z', created_at: '', updated_at: '', ...more,
})

it('opens the session page at its time, even when the booking was read before', () => {
  expect(joinable(make({}), now)).toBe(false)
  expect(joinable(make({}), Date.parse('2026-11-23T07:45:00Z'))).toBe(true)
  // talks run over: until when, the program says
  expect(joinable(make({}), Date.parse('2026-11-23T08:45:00Z'))).toBe(true)
  expect(joinable(make({}), Date.parse('2026-11-23T09:30:00Z'))).toBe(false)
  expect(joinable(make({ state: 'requested', next_steps: ['decision', 'join_video', 'rate'] }), Date.parse('2026-11-23T08:00:00Z'))).toBe(false)
  expect(joinable(make({ state: 'cancelled', next_steps: [] }), Date.parse('2026-11-23T08:00:00Z'))).toBe(false)
})

it('puts a hold that runs out before a later meeting, and an open meeting before all', () => {
  const meeting = make({ id: 'meeting' })
  const hold = make({ id: 'hold', state: 'held', hold_expires_at: '2026-11-23T06:05:00Z', join_from: null })
  expect(mostPressing([meeting, hold], now)?.id).toBe('hold')
  expect(mostPressing([hold, make({ id: 'meeting', join_from: '2026-11-23T05:59:00Z' })], now)?.id).toBe('meeting')
  expect(mostPressing([make({ ends_at: '2026-11-23T05:00:00Z' })], now)).toBeUndefined()
})

it('does not keep a place past its term', () => {
  expect(holds({ state: 'held', hold_expires_at: '2026-11-23T06:00:00Z' }, now)).toBe(false)
  expect(holds({ state: 'held', hold_expires_at: '2026-11-23T06:00:01Z' }, now)).toBe(true)
})

it('never tells more time left than a hold lasts, whatever the clock of the page says', () => {
  const hold = { created_at: '2026-11-23T06:00:00Z', hold_expires_at: '2026-11-23T06:10:00Z' }
  expect(holdLeft(hold, now - 1_500)).toBe(600_000)
  expect(holdLeft(hold, now + 60_000)).toBe(540_000)
  expect(holdLeft(hold, now + 700_000)).toBe(0)
})

it('counts days by the calendar', () => {
  expect(daysAway('2026-12-01', '2026-11-30')).toBe(1)
})
