import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../../tests/show'
import { api, take } from '../../../api/client'
import { ApiError } from '../../../api/problem'
import type { VenueSettings } from '../../../api/types'
import { ZONE } from '../fakes'
import VenueForm from './VenueForm.vue'

vi.mock('../../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn(), PUT: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
vi.setConfig({ testTimeout: 30_000 })

const both = (text: string) => ({ 'zh-CN': text, en: text })
const settings: VenueSettings = { name: both('Hall'), address: both('1 Songjiang Avenue'), zone: ZONE, grid_minutes: 15, phone: '', office_hours: [{ from_minute: 510, to_minute: 1020 }] }
const venue = { id: 'v', code: 'hall', version: 3, settings, services: [], is_fixed: true, change: null }
const figures = (free: number) => ({ slots: free, free_slots: free, free, reason: null })
const requests = { days: 92, requests: 0, in_force: { count: 0, by_rule: [] }, tried: { count: 0, by_rule: [] }, newly_refused: 0, newly_allowed: 0, examples: [] }
const outside = [{ id: 'b', reference: 'MQ 2611 4K7P-X', starts_at: '2026-11-24T09:00:00Z', ends_at: '2026-11-24T10:00:00Z', state: 'accepted', why: 'hours', already: false }]
const effect = { zone: ZONE, days: [{ date: '2026-12-01', kind: 'workday', name: null, before: figures(15), after: figures(14) }], days_lost: 0, outside, outside_count: 1, newly_outside: 1, requests }
let services: object[]
let refuse: ApiError | null
const sent = (of: 'POST' | 'PUT') => vi.mocked(api[of]).mock.calls as unknown as [string, { body: { version: number; settings: VenueSettings; reason: string; anyway: boolean } }][]

beforeEach(() => {
  vi.clearAllMocks()
  refuse = null
  services = [{ id: 's', name: both('Clearance'), effect }]
  for (const method of ['GET', 'POST', 'PUT'] as const) vi.mocked(api[method]).mockImplementation(((path: string) => `${method} ${path}`) as never)
  vi.mocked(take).mockImplementation(((call: string) => {
    if (call.endsWith('/preview')) return Promise.resolve({ services })
    return refuse ? Promise.reject(refuse) : Promise.resolve({ ...venue, version: 4, settings: sent('PUT').at(-1)?.[1].body.settings })
  }) as never)
})
const draw = () => show(VenueForm, { areas: ['staff', 'setup', 'terms'], language: 'en', props: { venue }, stubs: { UnsavedGuard: true } })
const UNTIL = '[name="office_hours[0].to_minute"]'
const saveWith = async (page: Awaited<ReturnType<typeof draw>>) => {
  await page.find('form').trigger('submit')
  await page.find('[name="reason"]').setValue('Winter')
  await page.find('dialog .btn-primary').trigger('click')
  await flushPromises()
}

it('tells what other office hours would do to each service, and asks about bookings outside', async () => {
  const page = await draw()
  await flushPromises()
  expect(sent('POST')).toEqual([])
  await page.find(UNTIL).setValue('1080')
  await flushPromises()
  expect(sent('POST')[0]?.[1].body.settings.office_hours).toEqual([{ from_minute: 510, to_minute: 1080 }])
  expect(words(page)).toContain('ClearanceFree slots: 15 now, 14 then.')
  expect(words(page)).toContain('1 booking would lie outside, 1 because of this change')
  await saveWith(page)
  expect(sent('PUT')).toEqual([])
  await page.find('[name="anyway"]').setValue(true)
  await saveWith(page)
  expect(sent('PUT')[0]?.[1].body).toMatchObject({ version: 3, reason: 'Winter', anyway: true })
  // what is saved is no change any more
  expect(words(page)).not.toContain('Free slots')
})

it('says so where nothing goes by the hours, and asks where somebody booked meanwhile', async () => {
  services = []
  refuse = new ApiError({ code: 'settings_bookings_outside', status: 409, title: 'One would lie outside.' })
  const page = await draw()
  await page.find(UNTIL).setValue('1080')
  await flushPromises()
  expect(words(page)).toContain('No service here goes by office hours')
  await saveWith(page)
  expect(sent('PUT')[0]?.[1].body.anyway).toBe(false)
  expect(page.find('[name="anyway"]').exists()).toBe(true)
  expect(words(page)).toContain('One would lie outside.')
})
