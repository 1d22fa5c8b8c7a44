import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import { ZONE } from './fakes'
import OpeningsPage from './OpeningsPage.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

const both = (text: string) => ({ 'zh-CN': text, en: text })
const one = {
  id: 'o', service_id: 's', service_name: both('Clearance'), zone: ZONE, date_from: '2026-11-28', date_to: '2026-11-29', from_minute: 510, to_minute: 1440,
  extra_seats: 2, text: both('Open at the weekend'), reason: 'Singles day', made_by: 'Shen', made_at: '2026-11-23T02:00:00Z', withdrawn_at: null,
}
let refuse: ApiError | null
const posted = () => vi.mocked(api.POST).mock.calls as unknown as [string, { body?: unknown }][]
beforeEach(() => {
  vi.clearAllMocks()
  refuse = null
  vi.mocked(api.GET).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.POST).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation(((path: string) => {
    if (path === '/api/v1/openings') return refuse ? Promise.reject(refuse) : Promise.resolve({ items: [one] })
    if (path === '/api/v1/services') return Promise.resolve({ items: [{ id: 's', name: both('Clearance') }] })
    if (path.endsWith('/preview')) return Promise.resolve({ slots: 6, places: 12, limited_by_quota: false })
    return refuse ? Promise.reject(refuse) : Promise.resolve(undefined)
  }) as never)
})
const draw = () => show(OpeningsPage, { areas: ['staff'], language: 'en' })

it('shows what is announced as bookers read it, and withdraws it once it was asked about', async () => {
  const page = await draw()
  expect(words(page)).toContain('Open at the weekend')
  expect(words(page)).toContain('08:30–24:00')
  expect(words(page)).toContain('2 places more at a time')
  await press(page, 'Withdraw')
  expect(posted()).toEqual([])
  refuse = new ApiError({ code: 'opening_booked', status: 409, title: 'MQ 2611 4K7P-X was booked in it.' })
  await page.find('dialog .btn-danger').trigger('click')
  await flushPromises()
  expect(posted()[0]?.[0]).toBe('/api/v1/openings/{id}/withdraw')
  expect(words(page.find('[role="alert"]'))).toContain('MQ 2611 4K7P-X')
})

it('says what an opening would bring as soon as its times are known, and announces it', async () => {
  const page = await draw()
  const fill = async (name: string, value: string) => page.find(`[name="${name}"]`).setValue(value)
  await page.find('form').trigger('submit')
  expect(words(page)).toContain('Please fill this in.')
  for (const [name, value] of [['service_id', 's'], ['date_from', '2026-11-28'], ['date_to', '2026-11-28'], ['from_minute', '540'], ['to_minute', '720'], ['extra_seats', '2']] as const) await fill(name, value)
  await flushPromises()
  expect(words(page.find('[role="status"]'))).toBe('Opens 6 slots more, 12 places in all.')
  await fill('text.zh-CN', '周六加开')
  await fill('text.en', 'Open on Saturday')
  await fill('reason', 'Singles day')
  await page.find('form').trigger('submit')
  await flushPromises()
  const sent = posted().find(([path]) => path === '/api/v1/openings')?.[1].body
  expect(sent).toEqual({
    service_id: 's', date_from: '2026-11-28', date_to: '2026-11-28', from_minute: 540, to_minute: 720, extra_seats: 2, extra_quota: 0,
    text: { 'zh-CN': '周六加开', en: 'Open on Saturday' }, reason: 'Singles day',
  })
  expect(page.find<HTMLInputElement>('[name="date_from"]').element.value).toBe('')
})
