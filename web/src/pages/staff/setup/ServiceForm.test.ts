import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../../tests/show'
import { api, take } from '../../../api/client'
import { ApiError } from '../../../api/problem'
import { ZONE } from '../fakes'
import ServiceForm from './ServiceForm.vue'

vi.mock('../../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn(), PUT: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

const both = (text: string) => ({ 'zh-CN': text, en: text })
const settings = {
  name: both('Clearance'), summary: both('s'), who: both('w'), bring: [], rules: [], prepare: null, duration_minutes: 60, lead_minutes: 60, horizon_days: 30,
  hold_minutes: 10, needs_decision: true, seats: 2, daily_quota: null as number | null, quota_shares: null as object | null, opening_rules: [{ day_kind: 'working', weekdays: [1, 2, 3, 4, 5, 6, 7], from_minute: 540, to_minute: 720 }], stages: [], stages_only: false, fields: [], documents: [], active: true,
}
const setup = (version: number, more = {}) => ({ id: 's', code: 'c', kind: 'video', venue_id: 'v', venue_name: both('Hall'), zone: ZONE, grid_minutes: 15, office_hours: [{ from_minute: 510, to_minute: 1020 }], version, settings: { ...settings, ...more }, kept_seats: 0, changes: [], faults: [] as { field: string; code: string; text: string }[] })
const figures = (free: number) => ({ slots: free, free_slots: free, free, reason: null })
const requests = { days: 92, requests: 3, in_force: { count: 0, by_rule: [] }, tried: { count: 1, by_rule: [{ rule: 'beyond_horizon', count: 1 }] }, newly_refused: 1, newly_allowed: 0, examples: [] }
let effect: object
let refuse: ApiError | null
let preview: ApiError | null
let there: object
const sent = (of: 'POST' | 'PUT') => vi.mocked(api[of]).mock.calls as unknown as [string, { body: { version: number; settings: typeof settings; reason: string; anyway: boolean } }][]

beforeEach(() => {
  vi.clearAllMocks()
  refuse = preview = null
  there = setup(1)
  effect = { zone: ZONE, days: [{ date: '2026-12-05', kind: 'weekend', name: null, before: figures(0), after: figures(6) }], days_lost: 0, outside: [], outside_count: 0, newly_outside: 0, requests }
  for (const method of ['GET', 'POST', 'PUT'] as const) vi.mocked(api[method]).mockImplementation(((path: string) => `${method} ${path}`) as never)
  vi.mocked(take).mockImplementation(((call: string) => {
    if (call.endsWith('/preview')) return preview ? Promise.reject(preview) : Promise.resolve(effect)
    if (call.startsWith('GET')) return Promise.resolve(there)
    return refuse ? Promise.reject(refuse) : Promise.resolve(setup(1, sent('PUT').at(-1)?.[1].body.settings))
  }) as never)
})
// many fields are drawn anew, which takes a while on a busy machine
vi.setConfig({ testTimeout: 30_000 })
const draw = () => show(ServiceForm, { areas: ['staff', 'setup', 'terms'], language: 'en', props: { setup: setup(0) }, stubs: { UnsavedGuard: true } })
const saveWith = async (page: Awaited<ReturnType<typeof draw>>, reason: string) => {
  await page.find('form').trigger('submit')
  await page.find('[name="reason"]').setValue(reason)
  await page.find('dialog .btn-primary').trigger('click')
  await flushPromises()
}

it('paints hours of a weekday, asks what they would do, and saves them with a reason', async () => {
  const page = await draw()
  await flushPromises()
  expect(words(page.find('#setup-effect ~ p'))).toContain('Free slots: 0 now, 6 then.')
  // and what the nearer horizon would have done to real requests
  expect(words(page)).toContain('Too far ahead 1')
  await page.find('[value="non_working"]').setValue()
  for (const hour of ['09', '10', '11']) await page.find(`[aria-label^="Sat ${hour}:00"]`).trigger('click')
  await vi.waitFor(() => { expect(sent('POST')).toHaveLength(2) })
  const saturday = { day_kind: 'non_working', weekdays: [6], from_minute: 540, to_minute: 720 }
  expect(sent('POST')[1]?.[1].body.settings.opening_rules[1]).toEqual(saturday)
  await page.find('form').trigger('submit')
  await page.find('dialog .btn-primary').trigger('click')
  expect(sent('PUT')).toEqual([])
  expect(words(page)).toContain('Please give the reason.')
  await saveWith(page, 'Rules of the season')
  expect(sent('PUT')[0]?.[1].body).toMatchObject({ version: 0, reason: 'Rules of the season', anyway: false, settings: { opening_rules: [settings.opening_rules[0], saturday] } })
  expect(words(page)).toContain('Nothing is changed')
})

it('opens after hours, and says which office hours that goes by', async () => {
  const page = await draw()
  await flushPromises()
  expect(words(page)).not.toContain('outside office hours')
  await page.find('[name="opening_rules[0].day_kind"]').setValue('after_hours')
  await page.find('[name="opening_rules[0].from_minute"]').setValue('0')
  await page.find('[name="opening_rules[0].to_minute"]').setValue('1440')
  expect(words(page)).toContain('outside office hours (08:30–17:00) and on days off')
  await saveWith(page, 'At night too')
  expect(sent('PUT').at(-1)?.[1].body.settings.opening_rules).toEqual([{ ...settings.opening_rules[0], day_kind: 'after_hours', from_minute: 0, to_minute: 1440 }])
})

it('puts a refusal at its field while one types, and does not save', async () => {
  preview = new ApiError({ code: 'settings_rule_too_short', status: 422, title: 'Too short.', field: 'settings.opening_rules[0].to_minute' })
  const page = await draw()
  await flushPromises()
  expect(page.find('[name="opening_rules[0].to_minute"]').attributes('aria-invalid')).toBe('true')
  await page.find('form').trigger('submit')
  expect(page.find('dialog').exists()).toBe(false)
  await page.find('[name="seats"]').setValue('two')
  expect(page.find('[name="seats"]').attributes('aria-invalid')).toBe('true')
})

it('keeps some of a day for callers and the counter, says what that means and what is refused', async () => {
  effect = { ...effect, days: [{ date: '2026-12-01', kind: 'workday', name: null, before: { ...figures(6), free: 20 }, after: { ...figures(6), free: 14 } }] }
  const page = await draw()
  await flushPromises()
  expect(page.find('[name="has_quota_shares"]').exists()).toBe(false)
  await page.find('[name="daily_quota"]').setValue('20')
  await page.find('[name="has_quota_shares"]').setValue(true)
  await page.find('[name="quota_shares.phone"]').setValue('4')
  await page.find('[name="quota_shares.counter"]').setValue('2')
  expect(words(page)).toContain('14 are open online at any time, 4 kept for callers, 2 for the counter; 1 day before, at 18:00, what is left is opened to all.')
  expect(words(page)).toContain('Places that can be had online: now 20, then 14.')
  await page.find('[name="quota_shares.released_days_before"]').setValue('0')
  await page.find('[name="quota_shares.released_at_minute"]').setValue('510')
  expect(words(page)).toContain('on the day, at 08:30, what is left is opened to all.')
  // what is asked once one stops typing has been answered, so that it answers nothing that is said later
  await vi.waitFor(() => { expect(sent('POST').at(-1)?.[1].body.settings.quota_shares).toMatchObject({ released_at_minute: 510 }) })
  await flushPromises()
  refuse = new ApiError({ code: 'settings_shares_above_quota', status: 422, title: 'No more than 20.', field: 'settings.quota_shares.counter' })
  await saveWith(page, 'Many calls')
  expect(sent('PUT').at(-1)?.[1].body.settings).toMatchObject({ daily_quota: 20, quota_shares: { phone: 4, counter: 2, released_days_before: 0, released_at_minute: 510 } })
  expect(page.find('[name="quota_shares.counter"]').attributes('aria-invalid')).toBe('true')
})

it('tells what is stored and breaks a rule, where it is, and lets everything else be saved', async () => {
  const question = { key: 'flight', kind: 'text', label: both('Flight'), hint: null, required: false, options: null, sensitive: false, max_length: null, default: null, without_stages: false, link: null }
  const stored = { ...setup(0, { fields: [question] }), faults: [
    { field: 'settings.fields[0].label.en', code: 'settings_text_missing', text: 'Missing.' },
    { field: 'settings.bring[1].en', code: 'settings_text_missing', text: 'Missing too.' },
  ] }
  const page = await show(ServiceForm, { areas: ['staff', 'setup', 'terms'], language: 'en', props: { setup: stored }, stubs: { UnsavedGuard: true } })
  await flushPromises()
  expect(page.findAll('.banner li').map((line) => words(line))).toEqual(['Question 1: Flight Missing.', 'What to bring, line 2: Missing too.'])
  await page.find('[name="seats"]').setValue('3')
  await saveWith(page, 'More places')
  expect(sent('PUT')).toHaveLength(1)
})

it('asks about bookings that would stand outside', async () => {
  effect = { ...effect, outside: [{ id: 'b', reference: 'MQ 2611 4K7P-X', starts_at: '2026-11-24T02:00:00Z', ends_at: '2026-11-24T03:00:00Z', state: 'accepted', why: 'hours', already: false }], outside_count: 1, newly_outside: 1 }
  const page = await draw()
  await page.find('[name="hold_minutes"]').setValue('12')
  await flushPromises()
  expect(words(page)).toContain('1 booking would lie outside, 1 because of this change')
  await saveWith(page, 'Moved')
  expect(sent('PUT')).toEqual([])
  await page.find('[name="anyway"]').setValue(true)
  await saveWith(page, 'Moved')
  expect(sent('PUT')[0]?.[1].body.anyway).toBe(true)
})

it('puts what somebody else changed meanwhile together with what was typed', async () => {
  const page = await draw()
  await flushPromises()
  await page.find('[name="hold_minutes"]').setValue('12')
  refuse = new ApiError({ code: 'changed_meanwhile', status: 409, title: 'Shen changed this.' })
  there = setup(4, { seats: 5 })
  await saveWith(page, 'Season')
  expect(words(page)).toContain('Shen changed this. Both changes were put together')
  expect(page.find('dialog').exists()).toBe(false)
  refuse = null
  await saveWith(page, 'Season')
  expect(sent('PUT').at(-1)?.[1].body).toMatchObject({ version: 4, settings: { seats: 5, hold_minutes: 12 } })
})
