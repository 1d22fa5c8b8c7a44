import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { FailedJob } from '../../api/types'
import FailedJobs from './FailedJobs.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
beforeEach(() => vi.mocked(take).mockReset())

const job = (kind: string, more: Partial<FailedJob> = {}): FailedJob => ({ id: kind, kind, attempts: 8, last_error: 'no such booking', created_at: '2026-11-26T02:00:00Z', ...more })
const page = (...items: FailedJob[]) => ({ items, next_cursor: null })
const draw = () => show(FailedJobs, { areas: ['staff'], language: 'en' })

describe('work that was given up', () => {
  it('takes no room where there is none', async () => {
    vi.mocked(take).mockResolvedValue(page())
    expect(words(await draw())).toBe('')
  })

  it('is told by what it was for, how often it was tried and what it failed of', async () => {
    vi.mocked(take).mockResolvedValue(page(job('booking.completed'), job('later.strange', { last_error: null })))
    const [known, strange] = (await draw()).findAll('li').map((one) => words(one))
    expect(known).toMatch(/^Inviting the booker to rate.*10:00 · tried 8 times.*no such booking/)
    expect(strange).toMatch(/^Other background work/)
  })

  it('is tried again on wish, and goes once that is under way', async () => {
    vi.mocked(take).mockResolvedValueOnce(page(job('booking.completed'))).mockResolvedValueOnce(undefined).mockResolvedValueOnce(page())
    const list = await draw()
    await press(list, 'Try again: Inviting')
    await flushPromises()
    expect(api.POST).toHaveBeenCalledWith('/api/v1/jobs/{id}/retry', { params: { path: { id: 'booking.completed' } } })
    expect(words(list)).toBe('')
  })

  it('stays when it cannot be tried again, and says why', async () => {
    vi.mocked(take).mockResolvedValueOnce(page(job('booking.completed'))).mockRejectedValueOnce(new ApiError({ code: 'idempotency_in_flight', status: 409, title: 'It runs already.' })).mockResolvedValueOnce(page(job('booking.completed')))
    const list = await draw()
    await press(list, 'Try again: Inviting')
    await flushPromises()
    expect(words(list)).toContain('It runs already.')
    expect(list.findAll('li')).toHaveLength(1)
  })
})
