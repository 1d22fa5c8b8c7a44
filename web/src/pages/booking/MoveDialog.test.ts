import { flushPromises } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { ApiError } from '../../api/problem'
import type { Booking, Me } from '../../api/types'
import { me } from '../../state/me'
import { toasts } from '../../state/toasts'
import MoveDialog from './MoveDialog.vue'
import { useMove } from './moving'

const { sent, answer } = vi.hoisted((): { sent: Mock; answer: { now: unknown } } => ({ sent: vi.fn(), answer: { now: undefined } }))
const former = { id: 'one', state: 'accepted', needs_decision: true, starts_at: '2026-11-26T11:00:00Z', stages: [], service: { name: { 'zh-CN': '通关', en: 'Clearance' } }, venue: { zone: 'Asia/Shanghai' } } as unknown as Booking
vi.mock('../../api/client', () => ({
  api: { GET: () => 'former', POST: (_path: string, more: unknown) => void sent(more) },
  take: (call: unknown) => (call === 'former' ? Promise.resolve(former) : answer.now instanceof Error ? Promise.reject(answer.now) : Promise.resolve(answer.now)),
  onSignedOut: vi.fn(),
}))
const { reader } = vi.hoisted(() => ({ reader: { zone: 'Asia/Shanghai' } }))
vi.mock('../../rules/time', async (whole) => ({ ...await whole<object>(), viewerZone: () => reader.zone }))
const other = { starts_at: '2026-11-27T11:00:00Z' }

async function start() {
  let move: ReturnType<typeof useMove> | undefined
  await show(defineComponent(() => {
    move = useMove(() => 'one')
    return () => h('p')
  }), { areas: ['booking'], language: 'en' })
  return move!
}

beforeEach(() => {
  toasts.value = []
  sent.mockReset()
  reader.zone = 'Asia/Shanghai'
  me.value = null
})

describe('moving a booking', () => {
  it('is done once it was asked about, and says that it is decided anew', async () => {
    const move = await start()
    expect(await move.go()).toBe(false)
    expect(sent).not.toHaveBeenCalled()
    answer.now = { ...former, state: 'requested', ...other }
    move.asked.value = { place: other, anyway: false }
    expect(await move.go()).toBe(true)
    expect(sent).toHaveBeenCalledWith({ params: { path: { id: 'one' } }, body: { ...other, anyway: false } })
    expect(toasts.value.map(({ text }) => text)).toEqual(['Moved to the new time; an officer decides.'])
  })

  it('leaves the former time where the new one is gone', async () => {
    const move = await start()
    answer.now = new ApiError({ code: 'slot_taken', title: 'Taken', status: 409 })
    move.asked.value = { place: other, anyway: false }
    expect(await move.go()).toBe(false)
    expect(move.act.problem.value?.code).toBe('slot_taken')
    expect([move.asked.value, move.doubled.value, move.place.value]).toEqual([undefined, undefined, { starts_at: former.starts_at }])
  })

  it('remembers the time that one has already, to take it all the same', async () => {
    const move = await start()
    answer.now = new ApiError({ code: 'already_yours', title: 'Yours', status: 409, subject_id: 'two' })
    move.asked.value = { place: other, anyway: false }
    await move.go()
    expect(move.doubled.value).toEqual(other)
  })

  it.each([
    ['accepted', true, 'must accept again'],
    ['requested', true, 'goes to others at once'],
    ['accepted', false, 'goes to others at once'],
  ])('tells of a booking that is %s (decided about: %s) that it %s', async (state, needs_decision, told) => {
    const shown = await show(MoveDialog, { props: { booking: { ...former, state, needs_decision }, place: other, busy: false }, areas: ['booking'], language: 'en' })
    await flushPromises()
    expect(words(shown)).toContain(told)
    expect(words(shown)).toContain('19:00')
  })

  const ask = (place: object) => show(MoveDialog, { props: { booking: former, place, busy: false }, areas: ['booking'], language: 'en' })

  it('asks whether a time in the reader’s night is meant, by both clocks, and goes on only then', async () => {
    reader.zone = 'Europe/Moscow'
    // 09:00 at the venue
    const shown = await ask({ starts_at: '2026-11-27T01:00:00Z' })
    expect(words(shown)).toContain('09:00')
    expect(words(shown)).toContain('Yes, I mean 04:00 my time')
    await press(shown, 'Move it')
    expect(shown.emitted('move')).toBeUndefined()
    expect(words(shown)).toContain('Please confirm the time')
    await shown.find('input[name="odd_hour"]').setValue(true)
    await press(shown, 'Move it')
    expect(shown.emitted('move')).toHaveLength(1)
  })

  it('asks about stages in the night only, and about none where the clocks are the same', async () => {
    reader.zone = 'Europe/Moscow'
    const stages = [{ stage: 'declaration', site: 'office', starts_at: '2026-11-27T01:00:00Z' }, { stage: 'inspection', site: 'office', starts_at: '2026-11-27T04:00:00Z' }]
    const shown = await ask({ stages })
    expect(shown.findAll('.both')).toHaveLength(1)
    expect(words(shown.find('.both'))).toContain('Declaration')
    reader.zone = 'Asia/Irkutsk'
    expect((await ask({ starts_at: '2026-11-26T18:00:00Z' })).find('.both').exists()).toBe(false)
  })

  it('names every stage with its former and its new time, and says which stay', async () => {
    const at = (stage: string, from: string, site = 'office') => ({ stage, site, starts_at: `2026-11-27T${from}:00Z`, ends_at: `2026-11-27T${from}:30Z` })
    const booking = { ...former, stages: [at('declaration', '11:00'), at('inspection', '12:00'), at('release', '14:00')] }
    // the same instant, spelled otherwise, is no other time
    const stages = [{ ...at('declaration', '11:00'), starts_at: '2026-11-27T11:00:00.000Z' }, at('inspection', '12:30'), at('release', '14:00', 'enterprise')]
    const shown = await show(MoveDialog, { props: { booking, place: { stages }, busy: false }, areas: ['booking'], language: 'en' })
    const [declaration, inspection, release] = shown.findAll('section').map(words)
    expect(declaration).toMatch(/Declaration.*19:00.*stays/)
    expect(inspection).toMatch(/Inspection.*Now.*20:00.*New.*20:30/)
    expect(inspection).not.toContain('stays')
    // it is at another place
    expect(release).toMatch(/enterprise.*Now.*22:00.*New.*22:00/)
  })

  it('says of a move that is late by the terms that cancelling afterwards is late too', async () => {
    const owed = (free_until: string) => ({ free_until, moved_late_from: null, explain_within_working_days: 5, explain_until: null, blocked_days: 14 })
    const asked = async (cancelling: object | null) => words(await show(MoveDialog, { props: { booking: { ...former, cancelling }, place: other, busy: false }, areas: ['booking'], language: 'en' }))
    expect(await asked(owed('2020-01-01T00:00:00Z'))).toMatch(/still has to be explained in writing.*due within 5 working days/)
    for (const nothing of [owed('2999-01-01T00:00:00Z'), null]) expect(await asked(nothing)).not.toContain('in writing')
  })

  it('asks an officer why, keeps what they wrote, and sends it', async () => {
    me.value = { role: 'officer' } as Me
    const shown = await ask(other)
    expect(words(shown)).toContain('stays as it was decided')
    await press(shown, 'Move it')
    expect(shown.emitted('move')).toBeUndefined()
    expect(words(shown)).toContain('Please give a reason.')
    await shown.find('textarea').setValue('The inspection place is closed')
    expect(shown.emitted('update:reason')?.at(-1)).toEqual(['The inspection place is closed'])

    const move = await start()
    move.reason.value = ' The inspection place is closed '
    answer.now = new ApiError({ code: 'officer_busy', title: 'Busy', status: 409, subject_id: 'two' })
    move.asked.value = { place: other, anyway: false }
    await move.go()
    expect(sent).toHaveBeenCalledWith({ params: { path: { id: 'one' } }, body: { ...other, anyway: false, reason: 'The inspection place is closed' } })
    expect([move.doubled.value, move.reason.value]).toEqual([other, ' The inspection place is closed '])
  })
})
