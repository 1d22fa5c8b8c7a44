import { ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import CancelDialog from './CancelDialog.vue'

vi.mock('../../state/clock', async (whole) => ({ ...await whole<object>(), useNow: () => ref(Date.now()) }))

const cancelling = { free_until: '2026-11-27T00:00:00Z', moved_late_from: null, explain_within_working_days: 5, explain_until: '2026-12-04', blocked_days: 14 }
const booking = { id: 'b', kind: 'after_hours', state: 'accepted', starts_at: '2026-11-27T12:00:00Z', service: { name: { 'zh-CN': '通关', en: 'Clearance' } }, venue: { zone: 'Asia/Shanghai' } }
const ask = async (owed: object | null = cancelling, more: object = {}) =>
  words(await show(CancelDialog, { props: { modelValue: true, booking: { ...booking, cancelling: owed, ...more } }, areas: ['booking'], language: 'en' }))

const IS_LATE = 'Cancelled now, it has to be explained in writing'
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-27T00:00:01Z') })
})
afterEach(() => { vi.useRealTimers() })

it('says of a cancelling that is late by the terms what follows from it, and by which day', async () => {
  const said = await ask()
  expect(said).toContain(IS_LATE)
  expect(said).toContain('less than 12 hours')
  expect(said).toContain('within 5 working days, by Fri 4 Dec')
  expect(said).toContain('cannot be booked for 14 days')
  expect(await ask({ ...cancelling, blocked_days: 0 })).not.toContain('cannot be booked')
})

it('names no day that nobody knows yet', async () => {
  const said = await ask({ ...cancelling, explain_until: null })
  expect(said).toContain('within 5 working days; the page')
  expect(said).not.toContain('by Fri')
})

it('says that what was moved late is cancelled late, however far away its new time is', async () => {
  const said = await ask({ ...cancelling, moved_late_from: '2026-11-27T12:00:00Z' }, { state: 'requested', starts_at: '2026-12-09T12:00:00Z' })
  expect(said).toContain(IS_LATE)
  expect(said).toMatch(/moved shortly before its start \(Fri 27 Nov 20:00\)/)
  expect(said).not.toContain('less than')
})

it('says until when it is not late', async () => {
  vi.setSystemTime('2026-11-27T00:00:00Z')
  const said = await ask()
  expect(said).not.toContain(IS_LATE)
  expect(said).toMatch(/Until Fri 27 Nov 08:00.*without an explanation/)
})

it('asks no explanation where nothing follows', async () => {
  const said = await ask(null)
  expect(said).not.toContain('explanation')
  expect(said).not.toContain('in writing')
})
