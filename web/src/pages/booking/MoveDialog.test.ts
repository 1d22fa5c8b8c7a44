import { flushPromises } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import { show, words } from '../../../tests/show'
import { ApiError } from '../../api/problem'
import type { Booking } from '../../api/types'
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
})
