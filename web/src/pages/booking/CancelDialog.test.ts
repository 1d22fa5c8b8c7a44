import { ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import type { Me } from '../../api/types'
import { me } from '../../state/me'
import CancelDialog from './CancelDialog.vue'

vi.mock('../../state/clock', async (whole) => ({ ...await whole<object>(), useNow: () => ref(Date.now()) }))

const booking = { id: 'b', kind: 'after_hours', state: 'accepted', starts_at: '2026-11-27T12:00:00Z', service: { name: { 'zh-CN': '通关', en: 'Clearance' } }, venue: { zone: 'Asia/Shanghai' } }
const cancelling = { free_until_minutes: 720, explain_within_working_days: 5, blocked_days: 14 }
const ask = async (more: object = {}, terms: unknown = { cancelling }) =>
  words(await show(CancelDialog, { props: { modelValue: true, booking: { ...booking, ...more }, terms }, areas: ['booking'], language: 'en' }))

const IS_LATE = 'Cancelled now, it has to be explained in writing'
beforeEach(() => {
  me.value = { role: 'member' } as Me
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-27T00:00:01Z') })
})
afterEach(() => { vi.useRealTimers() })

it('says of a cancelling that is late by the terms what follows from it', async () => {
  const said = await ask()
  expect(said).toContain(IS_LATE)
  expect(said).toContain('less than 12 hours')
  expect(said).toContain('within 5 working days')
  expect(said).toContain('cannot be booked for 14 days')
  expect(await ask({}, { cancelling: { ...cancelling, blocked_days: 0 } })).not.toContain('cannot be booked')
})

it('says until when it is not late', async () => {
  vi.setSystemTime('2026-11-27T00:00:00Z')
  const said = await ask()
  expect(said).not.toContain(IS_LATE)
  expect(said).toMatch(/Until Fri 27 Nov 08:00.*without an explanation/)
})

it.each([
  ['nobody has accepted', { state: 'requested' }, { cancelling }, 'member'],
  ['the terms leave free', {}, { cancelling: null }, 'member'],
  ['the office cancels', {}, { cancelling }, 'officer'],
])('asks no explanation of what %s', async (_, more, terms, role) => {
  me.value = { role } as Me
  const said = await ask(more, terms)
  expect(said).not.toContain('explanation')
  expect(said).not.toContain('in writing')
})

it('says that there may be one to write where the terms are not known', async () => {
  expect(await ask({}, null)).toContain('Who cancels shortly before the start explains it in writing')
})
