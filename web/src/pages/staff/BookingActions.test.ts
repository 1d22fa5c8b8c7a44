import { defineComponent, h } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { show } from '../../../tests/show'
import type { Booking, WaitingPerson } from '../../api/types'
import BookingActions from './BookingActions.vue'
import { provideDesk, type Desk } from './desk'

vi.mock('../../api/client', () => ({ api: {}, take: vi.fn(), onSignedOut: vi.fn() }))

const now = Date.parse('2026-11-26T02:20:00Z')
const CAN = { accept: false, refuse: false, check_in: false, complete: false, no_show: false, reopen: false, join: false, cancel: false, change: false }
const booking = (can: Partial<typeof CAN>, more: Record<string, unknown> = {}) =>
  ({ id: 'one', kind: 'video', booker_name: 'Lin', enterprise: null, next_steps: [], stages: [], can: { ...CAN, ...can }, session: null, ...more }) as unknown as Booking

async function draw(one: Booking, { waits, full = false }: { waits?: Partial<WaitingPerson>; full?: boolean } = {}) {
  let desk: Desk | undefined
  const Page = defineComponent(() => {
    desk = provideDesk(() => Promise.resolve(), () => waits as WaitingPerson | undefined)
    return () => h(BookingActions, { booking: one, now, full })
  })
  const shown = await show(Page, { areas: ['staff'], language: 'en' })
  return { shown, desk: desk as Desk, offers: shown.findAll('a, button').map((action) => action.text()) }
}

describe('what can be done with a booking', () => {
  it.each([
    ['nothing', {}, []],
    ['to decide', { accept: true, refuse: true }, ['Accept', 'Refuse…']],
    ['to receive at the desk', { check_in: true, no_show: true }, ['Check in', 'Did not come…']],
    ['to bring to its end', { complete: true }, ['Complete…']],
    ['to take back', { reopen: true }, ['Undo no-show']],
  ])('is %s, as the program says', async (_what, can, offered) => {
    expect((await draw(booking(can, { kind: 'after_hours' }))).offers).toEqual(offered)
  })

  it('is first of all to let in who waits, who is checked in by that', async () => {
    const waits = { booking_id: 'one', participant_id: 'lin', name: 'Lin' }
    const { shown, offers } = await draw(booking({ join: true, check_in: true }), { waits })
    expect(offers).toEqual(['Admit'])
    expect(shown.find('a').attributes('href')).toBe('/session/one?admit=lin')
    // in the details it can be done by hand too, such as after a telephone call
    expect((await draw(booking({ join: true, check_in: true }), { waits, full: true })).offers).toEqual(['Admit', 'Check in'])
  })

  it('is to enter the meeting, or to go back to one that is open', async () => {
    expect((await draw(booking({ join: true }))).offers).toEqual(['Enter the meeting'])
    expect((await draw(booking({ join: true }, { session: { state: 'open' } }))).offers).toEqual(['Back to the meeting'])
  })

  it('is to move the clearance clock on, one stage after the other', async () => {
    const stage = (name: string, began_at: string | null = null, ended_at: string | null = null) => ({ stage: name, began_at, ended_at })
    const clock = (can: Partial<typeof CAN>, state: string, stages: unknown[]) => booking(can, { kind: 'after_hours', state, stages })
    const fresh = [stage('declaration'), stage('inspection')]
    // beginning checks in; by hand it is done in the details, when it went another way
    const arriving = clock({ check_in: true, no_show: true }, 'accepted', fresh)
    expect((await draw(arriving)).offers).toEqual(['Begin: Declaration', 'Did not come…'])
    expect((await draw(arriving, { full: true })).offers).toEqual(['Begin: Declaration', 'Check in', 'Did not come…'])
    const going = [stage('declaration', 'then', 'then'), stage('inspection', 'then')]
    expect((await draw(clock({ complete: true, no_show: true }, 'checked_in', going))).offers).toEqual(['Done: Inspection'])
    expect((await draw(clock({ complete: true }, 'checked_in', going), { full: true })).offers).toEqual(['Done: Inspection', 'Complete…'])
    // not before its time
    expect((await draw(clock({}, 'accepted', fresh))).offers).toEqual([])
  })

  it('tells the program which stage it is about', async () => {
    const { api } = await import('../../api/client')
    const post = vi.fn()
    Object.assign(api, { POST: post })
    const going = [{ stage: 'declaration', began_at: 'x', ended_at: 'y' }, { stage: 'inspection', began_at: 'x', ended_at: null }]
    const { shown } = await draw(booking({}, { kind: 'after_hours', state: 'checked_in', stages: going }))
    await shown.find('button').trigger('click')
    expect(post).toHaveBeenCalledWith('/api/v1/bookings/{id}/stages/{stage}/end', { params: { path: { id: 'one', stage: 'inspection' } } })
  })

  it('is asked about first where it cannot be taken back', async () => {
    const { shown, desk } = await draw(booking({ complete: true }))
    await shown.find('button').trigger('click')
    expect(desk.asked.value?.question).toBe('complete')
  })

  it('is not done twice while it is on its way', async () => {
    const { shown, desk } = await draw(booking({ accept: true }))
    desk.busy.value = 'one'
    await shown.vm.$nextTick()
    expect(shown.find('button').attributes('aria-disabled')).toBe('true')
  })
})
