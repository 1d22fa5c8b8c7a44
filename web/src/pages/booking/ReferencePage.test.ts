import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { show } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import { booking } from '../staff/fakes'
import ReferencePage from './ReferencePage.vue'

vi.mock('../../api/client', async (whole) => ({ ...await whole<object>(), api: { GET: vi.fn((path: string) => path) }, take: vi.fn() }))
const missing = new ApiError({ code: 'not_found', status: 404, request_id: 'r' })

/** What the program answers to the two questions, in turn. */
function answers(reference: unknown, numbers: unknown[] = []) {
  vi.mocked(take).mockImplementation((path: unknown) =>
    path === '/api/v1/references/{reference}'
      ? reference ? Promise.resolve(reference) : Promise.reject(missing)
      : Promise.resolve({ bookings: numbers }))
}
const asked = () => vi.mocked(api.GET).mock.calls as unknown as [string, unknown][]
const draw = (reference: string) => show(ReferencePage, { areas: ['booking'], language: 'en', props: { reference } })
beforeEach(() => vi.clearAllMocks())

describe('looking up a booking', () => {
  it('goes by our reference first', async () => {
    answers({ id: 'b1' })
    const page = await draw('mq 2611-4k7p-x')
    await flushPromises()
    expect(asked().map(([path]) => path)).toEqual(['/api/v1/references/{reference}'])
    expect(page.text()).not.toContain('No booking')
  })

  it('asks for the number of another system as it was typed, hyphens and all', async () => {
    answers(null, [booking('b1', '10:00', '11:00', { reference: 'MQ 2611 4K7P-X' }), booking('b2', '11:00', '12:00', { reference: 'MQ 2611 4K7P-Y' })])
    const page = await draw('YY-2026-000001')
    await flushPromises()
    expect(asked()[1]).toEqual(['/api/v1/external-numbers/{number}', { params: { path: { number: 'YY-2026-000001' } } }])
    expect(page.text()).toContain('2 bookings have the number YY-2026-000001')
    expect(page.findAll('li')).toHaveLength(2)
  })

  it('says so where nothing has the number', async () => {
    answers(null)
    const page = await draw('YY-2026-000001')
    await flushPromises()
    expect(page.text()).toContain('No booking with this number')
  })
})
