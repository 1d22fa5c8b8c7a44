import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi, type Mock } from 'vitest'
import { show, words } from '../../../tests/show'
import { ApiError } from '../../api/problem'
import OwnTicket from './OwnTicket.vue'

const { asked, answer } = vi.hoisted((): { asked: Mock; answer: { now: unknown } } => ({ asked: vi.fn(), answer: { now: undefined } }))
vi.mock('../../api/client', () => ({
  api: { GET: () => void asked() },
  take: () => (answer.now instanceof Error ? Promise.reject(answer.now) : Promise.resolve(answer.now)),
  onSignedOut: vi.fn(),
}))

const MINUTE_MS = 60_000
const ticket = { label: 'A007', date: '2026-11-26', state: 'waiting', ahead: 2, counter: null }
beforeEach(() => {
  asked.mockReset()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => { vi.useRealTimers() })
const draw = () => show(OwnTicket, { props: { bookingId: 'b' }, areas: ['queue'], language: 'en' })
async function pass(turns: number, every: number) {
  for (let turn = 0; turn < turns; turn++) {
    vi.advanceTimersByTime(every)
    await flushPromises()
  }
}

it('follows a ticket closely', async () => {
  answer.now = ticket
  const shown = await draw()
  expect(words(shown)).toContain('A007')
  await pass(12, MINUTE_MS / 12)
  expect(asked).toHaveBeenCalledTimes(13)
})

it('asks seldom where there is none, and shows one that is drawn later', async () => {
  answer.now = new ApiError({ code: 'not_found', status: 404, title: 'None' })
  const shown = await draw()
  await pass(11, MINUTE_MS / 12)
  expect(asked).toHaveBeenCalledTimes(1)
  expect(words(shown)).toBe('')
  answer.now = ticket
  await pass(1, MINUTE_MS / 12)
  expect(words(shown)).toContain('A007')
})
