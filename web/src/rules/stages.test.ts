import { describe, expect, it } from 'vitest'
import type { BookedStage, Booking } from '../api/types'
import { clockMayMove, nextTick, placeOf, samePlace, stagesOf, stagesText } from './stages'

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
