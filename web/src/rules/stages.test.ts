import { describe, expect, it } from 'vitest'
import type { BookedStage, Booking, ServiceStage } from '../api/types'
import { clockMayMove, nextTick, placeOf, placeWith, roomOf, samePlace, stagesOf, stagesText } from './stages'

const known = [{ stage: 'declaration', at_enterprise: false }, { stage: 'inspection', at_enterprise: true }, { stage: 'release', at_enterprise: false }] as const

describe('stages in an address', () => {
  it('are read as they were written, in their order', () => {
    const chosen = stagesOf('release,inspection@enterprise', [...known])
    expect(chosen).toEqual([{ stage: 'inspection', site: 'enterprise' }, { stage: 'release', site: 'office' }])
    expect(stagesOf(stagesText(chosen), [...known])).toEqual(chosen)
  })

  it('are left out where the service has not got them', () => {
    expect(stagesOf('declaration@enterprise,lunch', [...known])).toEqual([])
  })

  it('make a place only with one start each', () => {
    const two = stagesOf('declaration,release', [...known])
    expect(placeOf(two, '2026-11-27T11:00:00Z')).toBeUndefined()
    expect(placeOf(two, '2026-11-27T11:00:00Z,nonsense')).toBeUndefined()
    const place = placeOf(two, '2026-11-27T11:00:00Z,2026-11-27T11:30:00Z')
    expect(samePlace(place, placeOf(two, '2026-11-27T19:00:00+08:00,2026-11-27T11:30:00.000Z'))).toBe(true)
    expect(samePlace(place, placeOf([], '2026-11-27T11:00:00Z'))).toBe(false)
  })
})

describe('the clearance clock', () => {
  const stage = (name: string, began: boolean, ended: boolean) => ({ stage: name, began_at: began ? 'x' : null, ended_at: ended ? 'y' : null }) as BookedStage
  const booking = (state: string, check_in: boolean, stages: BookedStage[]) =>
    ({ state, can: { check_in }, stages, starts_at: '2026-11-27T11:00:00Z' }) as unknown as Booking

  it('is moved on one stage after the other', () => {
    const [one, two] = [stage('declaration', false, false), stage('release', false, false)]
    expect(nextTick(booking('accepted', true, [one, two]))).toEqual({ stage: 'declaration', step: 'begin' })
    expect(nextTick(booking('checked_in', false, [stage('declaration', true, false), two]))).toEqual({ stage: 'declaration', step: 'end' })
    expect(nextTick(booking('checked_in', false, [stage('declaration', true, true), two]))).toEqual({ stage: 'release', step: 'begin' })
    expect(nextTick(booking('checked_in', false, [stage('declaration', true, true), stage('release', true, true)]))).toBeUndefined()
  })

  it('is left alone before its time, and where there are no stages', () => {
    expect(nextTick(booking('accepted', false, [stage('release', false, false)]))).toBeUndefined()
    expect(nextTick(booking('checked_in', false, []))).toBeUndefined()
  })

  it('is looked at again from an hour before', () => {
    const accepted = booking('accepted', true, [stage('release', false, false)])
    expect(clockMayMove(accepted, Date.parse('2026-11-27T09:59:00Z'))).toBe(false)
    expect(clockMayMove(accepted, Date.parse('2026-11-27T10:01:00Z'))).toBe(true)
    expect(clockMayMove(booking('completed', false, accepted.stages), Date.parse('2026-11-27T11:01:00Z'))).toBe(false)
  })
})

describe('one stage that moves among others', () => {
  const at = (clock: string) => `2026-11-27T${clock}:00Z`
  const stage = (name: string, from: string, until: string) => ({ stage: name, site: 'office', starts_at: at(from), ends_at: at(until) }) as BookedStage
  const terms = (name: string, minutes: number, least: number, most: number) => ({ stage: name, duration_minutes: minutes, gap_least_minutes: least, gap_most_minutes: most }) as ServiceStage
  const known = [terms('declaration', 30, 0, 0), terms('inspection', 60, 15, 120), terms('release', 30, 10, 240)]
  const booked = [stage('declaration', '09:00', '09:30'), stage('inspection', '10:00', '11:00'), stage('release', '12:00', '12:30')]
  const room = (name: BookedStage['stage'], stages = booked) => {
    const { from, to } = roomOf(name, stages, known)
    return [from, to].map((instant) => (Number.isFinite(instant) ? new Date(instant).toISOString().slice(11, 16) : instant))
  }

  it('keeps the gaps to the one before and to the one after', () => {
    // after 09:30 by 15 minutes to two hours; so that it ends ten minutes before 12:00
    expect(room('inspection')).toEqual(['09:45', '10:50'])
  })

  it('is bound on one side only at the ends', () => {
    expect(room('declaration')).toEqual(['07:30', '09:15'])
    expect(room('release')).toEqual(['11:10', '15:00'])
    expect(room('release', [booked[2]!])).toEqual([-Infinity, Infinity])
  })

  it('has no room where the others stand too close, or the service has it no more', () => {
    const [from, to] = room('inspection', [booked[0]!, booked[1]!, stage('release', '10:30', '11:00')])
    expect([from, to]).toEqual(['09:45', '09:20'])
    expect(roomOf('inspection', booked, [])).toEqual({ from: Infinity, to: -Infinity })
  })

  it('leaves the others where they are', () => {
    expect(placeWith(booked, 'inspection', at('10:15'))).toEqual({ stages: [
      { stage: 'declaration', site: 'office', starts_at: at('09:00') },
      { stage: 'inspection', site: 'office', starts_at: at('10:15') },
      { stage: 'release', site: 'office', starts_at: at('12:00') },
    ] })
  })
})
