import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import KeptSeats from './KeptSeats.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), PUT: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

const both = (text: string) => ({ 'zh-CN': text, en: text })
const service = { id: 's', name: both('Check-up'), capacity: 6, shares: { phone: 2, counter: 1, released_minutes_before: 90 } }

it('shows what is kept of a service, in hours, and says at its field what the program refuses', async () => {
  let refuse: ApiError | null = new ApiError({ code: 'shares_seats', status: 422, field: 'phone', title: 'No more than 6.' })
  vi.mocked(api.GET).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.PUT).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation(((path: string) => {
    if (path === '/api/v1/services') return Promise.resolve({ items: [service] })
    return refuse ? Promise.reject(refuse) : Promise.resolve(service.shares)
  }) as never)
  const page = await show(KeptSeats, { areas: ['staff'], language: 'en' })
  await flushPromises()
  const send = async () => {
    await page.find('form').trigger('submit')
    await flushPromises()
  }
  const body = () => (vi.mocked(api.PUT).mock.calls as unknown as [string, { body: unknown }][]).at(-1)?.[1].body
  await page.find('[name="service_id"]').setValue('s')
  expect(words(page)).toContain('Each slot has 6 places.')
  expect(['phone', 'counter', 'released_minutes_before'].map((name) => page.find<HTMLInputElement>(`[name="${name}"]`).element.value)).toEqual(['2', '1', '1.5'])
  await page.find('[name="phone"]').setValue('7')
  await send()
  expect(body()).toBeUndefined()
  await page.find('[name="reason"]').setValue('Many calls')
  await send()
  expect(words(page)).toContain('No more than 6.')
  refuse = null
  await page.find('[name="phone"]').setValue('3')
  await send()
  expect(body()).toEqual({ phone: 3, counter: 1, released_minutes_before: 90, reason: 'Many calls' })
  expect(page.find<HTMLTextAreaElement>('[name="reason"]').element.value).toBe('')
})
