import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import KeptSeats from './KeptSeats.vue'
import SharesEffect from './SharesEffect.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), PUT: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

const PREVIEW = '/api/v1/services/{id}/shares/preview'
afterEach(() => { vi.useRealTimers() })

const both = (text: string) => ({ 'zh-CN': text, en: text })
const service = { id: 's', name: both('Check-up'), capacity: 6, venue: { zone: 'Asia/Shanghai' }, shares: { phone: 2, counter: 1, released_minutes_before: 90 } }

it('shows what is kept of a service, in hours, and says at its field what the program refuses', async () => {
  let refuse: ApiError | null = new ApiError({ code: 'shares_seats', status: 422, field: 'phone', title: 'No more than 6.' })
  vi.mocked(api.GET).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.PUT).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.POST).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation(((path: string) => {
    if (path === '/api/v1/services') return Promise.resolve({ items: [service] })
    if (path === PREVIEW) return Promise.resolve({ zone: 'Asia/Shanghai', days: [] })
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

it('shows what other shares would leave online while one types, and names the days on which nothing would be left', async () => {
  vi.useFakeTimers({ now: new Date('2026-11-26T01:00:00Z') })
  const day = (date: string, before: number, after: number) => ({ date, kind: 'workday', name: null, before: { free: before }, after: { free: after } })
  vi.mocked(api.POST).mockClear()
  vi.mocked(api.POST).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation((() => Promise.resolve({ zone: 'Asia/Shanghai', days: [day('2026-12-01', 60, 30), day('2026-12-02', 6, 0), day('2026-12-03', 0, 0)] })))
  const asked = () => (vi.mocked(api.POST).mock.calls as unknown as [string, { body: unknown }][]).map(([, { body }]) => body)
  const tried = { phone: 3, counter: 0, released_minutes_before: 60 }
  const page = await show(SharesEffect, { props: { id: 's', zone: 'Asia/Shanghai', tried }, areas: ['staff'], language: 'en' })
  await flushPromises()
  expect(asked()).toEqual([{ ...tried, month: '2026-12-01' }])
  expect(words(page)).toContain('December 2026: 30 places free online instead of 66.')
  expect(words(page)).toMatch(/Nothing left online on 1 day: .*2 Dec/)
  // typed on quickly, it is asked once
  await page.setProps({ tried: { ...tried, phone: 4 } })
  await page.setProps({ tried: { ...tried, phone: 5 } })
  vi.advanceTimersByTime(400)
  await flushPromises()
  expect(asked().slice(1)).toEqual([{ ...tried, phone: 5, month: '2026-12-01' }])
})
