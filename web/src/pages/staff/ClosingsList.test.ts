import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import ClosingsList from './ClosingsList.vue'
import { ZONE } from './fakes'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

const both = (text: string) => ({ 'zh-CN': text, en: text })
const one = {
  id: 'c', service_id: 's', service_name: both('Clearance'), zone: ZONE, date_from: '2026-11-28', date_to: '2026-11-28', from_minute: 1080, to_minute: 1260,
  text: both('The power is off'), reason: 'Notice of the grid', rebooks: true, made_by: 'Shen', made_at: '2026-11-23T02:00:00Z', withdrawn_at: null,
}
let refuse: ApiError | null
const posted = () => vi.mocked(api.POST).mock.calls as unknown as [string, { body?: unknown }][]
beforeEach(() => {
  vi.clearAllMocks()
  refuse = null
  vi.mocked(api.GET).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.POST).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation(((path: string) => {
    if (path === '/api/v1/services') return Promise.resolve({ items: [{ id: 's', name: both('Clearance') }] })
    if (path.endsWith('/preview')) return Promise.resolve({ slots: 3, bookings: 2 })
    if (path === '/api/v1/closings' && !refuse) return Promise.resolve({ items: [one] })
    return refuse ? Promise.reject(refuse) : Promise.resolve(undefined)
  }) as never)
})
const draw = () => show(ClosingsList, { areas: ['staff'], language: 'en' })
const fill = async (page: Awaited<ReturnType<typeof draw>>, name: string, value: string) => page.find(`[name="${name}"]`).setValue(value)

it('says who has booked in a closing before it is announced, and sends what was typed', async () => {
  const page = await draw()
  expect(words(page)).toContain('The power is off')
  for (const [name, value] of [['service_id', 's'], ['date_from', '2026-11-29'], ['date_to', '2026-11-29'], ['from_minute', '540'], ['to_minute', '720']] as const) await fill(page, name, value)
  await flushPromises()
  expect(words(page.find('[role="status"]'))).toBe('Closes 3 slots with 2 bookings in them.')
  await page.find('form').trigger('submit')
  expect(words(page)).toContain('Please fill this in.')
  await fill(page, 'text.zh-CN', '停电')
  await fill(page, 'text.en', 'No power')
  await fill(page, 'reason', 'Grid')
  await page.find('form').trigger('submit')
  await flushPromises()
  const sent = posted().find(([path]) => path === '/api/v1/closings')?.[1].body
  expect(sent).toEqual({ service_id: 's', date_from: '2026-11-29', date_to: '2026-11-29', from_minute: 540, to_minute: 720, text: { 'zh-CN': '停电', en: 'No power' }, reason: 'Grid', rebooks: true })
})

it('keeps what was typed when it is refused, and opens again on a press', async () => {
  const page = await draw()
  for (const [name, value] of [['service_id', 's'], ['date_from', '2026-11-29'], ['date_to', '2026-11-29'], ['from_minute', '540'], ['to_minute', '720'], ['text.zh-CN', '停'], ['text.en', 'x'], ['reason', 'y']] as const) await fill(page, name, value)
  refuse = new ApiError({ code: 'closing_closes_nothing', status: 422, title: 'Nothing would be closed.', field: 'from_minute' })
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(words(page)).toContain('Nothing would be closed.')
  expect((page.find('[name="reason"]').element as HTMLTextAreaElement).value).toBe('y')
  refuse = null
  await press(page, 'Open again')
  expect(posted().at(-1)?.[0]).toBe('/api/v1/closings/{id}/withdraw')
})
