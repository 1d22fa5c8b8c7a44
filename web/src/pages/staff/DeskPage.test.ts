import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import { ZONE, at } from './fakes'
import DeskPage from './DeskPage.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
vi.mock('../../state/clock', async (real) => ({ ...(await real<object>()), serverNow: () => Date.parse('2026-11-26T01:00:00Z') }))

const both = (text: string) => ({ 'zh-CN': text, en: text })
const hindrance = { rule: 'lead_time', text: both('Book a day ahead.'), remedy_text: both('Call us.'), earliest_at: null, earliest: null, remedy: 'choose_later' }
const slot = (from: string, free: number, more: Record<string, unknown> = {}) => ({ starts_at: at(from), ends_at: at(from), free, capacity: 6, reason: null, hindrances: [], ...more })
const service = { id: 's', kind: 'health', trial: false, name: both('Check-up'), horizon_days: 30, stages: [], fields: [], warnings: [], terms: { category_field: null as string | null, bookers: 'everybody' }, now: { next_free_at: at('10:00') }, venue: { zone: ZONE } }
const made = { id: 'b', kind: 'health', channel: 'counter', booker_name: 'Gu', stages: [] as unknown[], reference: 'MQ 2611 4K7P-X', starts_at: at('10:00'), enterprise: null, service: { id: 's', name: both('Check-up') }, venue: { zone: ZONE } }
let refuse: Record<string, ApiError>
let offered: typeof service
const sent = (path: string) => (vi.mocked(api.POST).mock.calls as unknown as [string, { body?: Record<string, unknown> }][]).filter(([to]) => to === path).map(([, options]) => options.body)
const BOOK = '/api/v1/desk/bookings'
const WAYS = '/api/v1/services/{id}/desk-alternatives'

const STAGES = ['declaration', 'inspection', 'release'] as const
const question = (key: string, kind: string, label: string, more: Record<string, unknown> = {}) => ({ key, kind, label: both(label), hint: null, required: true, sensitive: false, without_stages: false, options: null, default: null, max_length: null, ...more })
/** Clearance as it is booked stage by stage, whose form asks more than a caller may say. */
const clearance = {
  ...service, kind: 'after_hours', name: both('Clearance'), stages: STAGES.map((stage) => ({ stage, duration_minutes: 30, at_enterprise: stage === 'inspection' })),
  fields: [
    question('eligibility', 'choice', 'Why', { options: [{ value: 'urgent', label: both('Urgent') }] }), question('goods', 'text', 'Goods'),
    question('stage', 'text', 'Which stage', { without_stages: true }), question('reason', 'text', 'Grounds'), question('leaves_on', 'date', 'Leaves on'),
    question('consent', 'consent', 'Agreed'), question('illness', 'text', 'Illness', { sensitive: true }),
  ],
  warnings: [{ code: 'too_soon', field: 'leaves_on', days: 3, when: null, text: both('That is soon.') }],
  terms: { category_field: 'eligibility', bookers: 'everybody' },
} as unknown as typeof service
const way = (declaration: string, inspection: string, release: string, hindrances: unknown[] = []) => ({
  hindrances, stages: [declaration, inspection, release].map((from, index) => ({ stage: STAGES[index], site: 'office', starts_at: at(from), ends_at: at(from) })),
})
/** What was asked of the program last. */
const asked = (path: string) => (vi.mocked(api.GET).mock.calls as unknown as [string, { params: { query: Record<string, unknown> } }][]).filter(([to]) => to === path).at(-1)?.[1].params.query
const FIND = '/api/v1/desk/enterprises'
const CODE = '91239999MA0000162X'

beforeEach(() => {
  vi.clearAllMocks()
  refuse = {}
  offered = service
  vi.mocked(api.GET).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.POST).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation(((path: string) => {
    if (refuse[path]) return Promise.reject(refuse[path])
    if (path === '/api/v1/services') return Promise.resolve({ items: [offered] })
    if (path === FIND) return Promise.resolve({ items: [{ id: 'e', name: 'Sample Foods', uscc: CODE, credit_tier: 'regular' }], more: true })
    if (path === BOOK) return Promise.resolve(made)
    if (path.endsWith('/ticket')) return Promise.resolve({ label: 'H007' })
    if (path === WAYS) return Promise.resolve({ zone: ZONE, alternatives: [way('19:00', '19:30', '20:30'), way('20:00', '20:30', '21:30'), way('17:00', '17:30', '18:30', [hindrance])] })
    return Promise.resolve({ slots: [slot('09:30', 0, { reason: 'full' }), slot('10:00', 2), slot('10:30', 1, { reason: 'terms', hindrances: [hindrance] })] })
  }) as never)
})

async function draw() {
  const page = await show(DeskPage, { areas: ['staff', 'booking', 'documents'], language: 'en' })
  await flushPromises()
  const press = async (key: string) => {
    window.dispatchEvent(new KeyboardEvent('keydown', { key }))
    await flushPromises()
  }
  const fill = (name: string, value: string) => page.find(`[name="${name}"]`).setValue(value)
  const send = async () => {
    await page.find('form').trigger('submit')
    await flushPromises()
  }
  return { page, press, fill, send }
}

it('books the time of a digit for a caller, and is ready for the next one', async () => {
  const { page, press, fill, send } = await draw()
  expect(page.findAll<HTMLInputElement>('[name="starts_at"]').map((one) => one.element.disabled)).toEqual([true, false, false])
  await press('1')
  await fill('contact_name', 'Gu')
  await fill('contact_mobile', '15400000077')
  await send()
  expect(sent(BOOK)).toEqual([{ service_id: 's', channel: 'phone', starts_at: at('10:00'), contact_name: 'Gu', contact_mobile: '15400000077', enterprise: null, reason: null, anyway: false, fields: {}, acknowledged: [] }])
  expect(words(page)).toContain('Booked: Gu')
  expect(page.find<HTMLInputElement>('[name="contact_name"]').element.value).toBe('')
  expect(sent('/api/v1/bookings/{id}/ticket')).toEqual([])
})

it('wants a reason for what is against the terms, and a number only of callers', async () => {
  const { page, fill, send } = await draw()
  await page.find('[name="channel"][value="counter"]').setValue()
  await flushPromises()
  await page.findAll('[name="starts_at"]')[2]?.setValue()
  await flushPromises()
  expect(words(page)).toContain('Against the terms: Book a day ahead.')
  await fill('contact_name', 'Gu')
  await send()
  expect(sent(BOOK)).toEqual([])
  expect(words(page)).toContain('Give the reason, or choose another time.')
  await fill('reason', 'Stands here')
  await send()
  expect(sent(BOOK)[0]).toMatchObject({ channel: 'counter', starts_at: at('10:30'), contact_mobile: '', reason: 'Stands here' })
  expect(words(page)).toContain('Number H007')
})

it('offers one more to who has the same time already, and asks a reason where only the program knew the rule', async () => {
  const { page, press, fill, send } = await draw()
  await press('1')
  await fill('contact_name', 'Gu')
  await fill('contact_mobile', '15400000077')
  refuse = { [BOOK]: new ApiError({ code: 'already_yours', status: 409, title: 'They have MQ 2611 4K7P-X already.' }) }
  await send()
  const more = page.findAll('button').find((one) => one.text() === 'They want one more')
  expect(more).toBeDefined()
  refuse = { [BOOK]: new ApiError({ code: 'quota_reached', status: 409, title: 'As much as may be booked.' }) }
  await more?.trigger('click')
  await flushPromises()
  expect(sent(BOOK)[1]).toMatchObject({ anyway: true })
  expect(page.find('[name="reason"]').exists()).toBe(true)
})

it('goes to a day beyond what is open to all, and never back before today', async () => {
  const { page } = await draw()
  const asked = () => (vi.mocked(api.GET).mock.calls as unknown as [string, { params?: { query?: { date?: string } } }][]).at(-1)?.[1]?.params?.query?.date
  const date = page.find<HTMLInputElement>('[name="day"]')
  await date.setValue('2027-03-01')
  await flushPromises()
  expect(asked()).toBe('2027-03-01')
  await date.setValue('2026-11-25')
  await flushPromises()
  expect(asked()).toBe('2027-03-01')
})

/** The page with clearance in stages, called about by somebody. */
async function calling() {
  offered = clearance
  const drawn = await draw()
  await drawn.page.find('[name="staged"][value="true"]').setValue()
  await flushPromises()
  await drawn.press('1')
  await drawn.fill('contact_name', 'Gu')
  await drawn.fill('contact_mobile', '15400000077')
  return drawn
}

it('books all stages of a clearance in one call, with what the caller says of it', async () => {
  const { page, press, fill, send } = await calling()
  expect(asked(WAYS)).toEqual({ stages: 'declaration,inspection,release', from: '2026-11-26T01:00:00.000Z', channel: 'phone' })
  // what the stages tell, what needs a consent and what is about health is not asked
  for (const name of ['stage', 'consent', 'illness']) expect(page.find(`[name="${name}"]`).exists(), name).toBe(false)
  await fill('goods', 'Frozen fish')
  await fill('reason', 'Perishable')
  await fill('eligibility', 'urgent')
  await flushPromises()
  // by what it is about: the lead time may be another one, and what was chosen stays
  expect(asked(WAYS)).toMatchObject({ category: 'urgent' })
  await send()
  expect(sent(BOOK)[0]).toEqual({
    service_id: 's', channel: 'phone', contact_name: 'Gu', contact_mobile: '15400000077', enterprise: null, reason: null, anyway: false, acknowledged: [],
    stages: [['declaration', '19:00'], ['inspection', '19:30'], ['release', '20:30']].map(([stage, from]) => ({ stage, site: 'office', starts_at: at(from ?? '') })),
    fields: { eligibility: 'urgent', goods: 'Frozen fish', reason: 'Perishable' },
  })
  expect(page.find<HTMLInputElement>('[name="goods"]').element.value).toBe('')
  // sooner ones are against the terms: with a reason
  await press('3')
  expect(words(page)).toContain('Against the terms: Book a day ahead.')
  await fill('contact_name', 'Gu')
  await fill('contact_mobile', '15400000077')
  await send()
  expect(sent(BOOK)).toHaveLength(1)
  expect(words(page)).toContain('Give the reason, or choose another time.')
})

it('leaves a stage out, has another at the enterprise, and looks on another day, all by keys', async () => {
  const { page, press } = await calling()
  await page.find('input[type="checkbox"]').setValue(false)
  await page.find('input[role="switch"]').setValue(true)
  await press('PageDown')
  expect(asked(WAYS)).toEqual({ stages: 'inspection@enterprise,release', from: '2026-11-27T01:00:00.000Z', channel: 'phone' })
  for (const label of ['Inspection', 'Release']) await page.findAll('.stage label').find((one) => one.text().startsWith(label))?.find('input').setValue(false)
  await flushPromises()
  expect(words(page)).toContain('Please choose at least one stage.')
})

it('puts what the program refuses at its question or at the times, and nothing that was typed is lost', async () => {
  const { page, fill, send } = await calling()
  await fill('goods', 'Frozen fish')
  await fill('reason', 'x')
  refuse = { [BOOK]: new ApiError({ code: 'too_long', status: 422, field: 'fields.reason', title: 'Too long.' }) }
  await send()
  expect(page.find('[name="reason"]').attributes('aria-invalid')).toBe('true')
  expect(words(page)).toContain('Too long.')
  refuse = { [BOOK]: new ApiError({ code: 'not_a_slot', status: 422, field: 'stages[1].starts_at', title: 'No such time.' }) }
  await send()
  expect(words(page)).toContain('No such time.')
  expect(page.find('[name="way"]').attributes('aria-invalid')).toBe('true')
  const kept = ['goods', 'reason', 'contact_name', 'contact_mobile'].map((name) => page.find<HTMLInputElement>(`[name="${name}"]`).element.value)
  expect(kept).toEqual(['Frozen fish', 'x', 'Gu', '15400000077'])
  expect(page.findAll<HTMLInputElement>('[name="way"]').filter((one) => one.element.checked)).toHaveLength(1)
})

it('books in spite of a warning only when it was read out', async () => {
  const { page, fill, send } = await calling()
  await fill('leaves_on', '2026-11-27')
  refuse = { [BOOK]: new ApiError({ code: 'unread_warning', status: 409, field: 'fields.leaves_on', title: 'That is soon.' }) }
  await send()
  expect(words(page)).toContain('That is soon.')
  refuse = {}
  await page.findAll('button').find((one) => one.text() === 'It was read out: book')?.trigger('click')
  await flushPromises()
  expect(sent(BOOK).map((body) => body?.acknowledged)).toEqual([[], ['too_soon']])
})

it('finds the enterprise by its name and asks which it is where only enterprises book', async () => {
  offered = { ...service, terms: { category_field: null, bookers: 'enterprises' } }
  const enterprises = { ...hindrance, rule: 'not_for_persons', text: both('Enterprises only.'), remedy_text: both('Say which one.') }
  const usual = vi.mocked(take).getMockImplementation() as unknown as (path: string) => Promise<unknown>
  const named = () => (vi.mocked(api.GET).mock.calls as unknown as [string, { params?: { query?: Record<string, string> } }][]).findLast(([path]) => path.endsWith('/desk-slots'))?.[1].params?.query?.enterprise
  vi.mocked(take).mockImplementation(((path: string) => path.endsWith('/desk-slots')
    ? Promise.resolve({ slots: [slot('10:00', 2, named() ? {} : { reason: 'terms', hindrances: [enterprises] })] })
    : usual(path)) as never)
  const { page, press, fill, send } = await draw()
  const box = page.find<HTMLInputElement>('[name="enterprise"]')
  expect(box.attributes('aria-required')).toBe('true')
  await press('1')
  expect(words(page)).toContain('Enterprises only. Say which one.')
  await fill('contact_name', 'Gu')
  await fill('contact_mobile', '15400000077')
  await send()
  expect(sent(BOOK)).toEqual([])
  expect(words(page)).toContain('Only enterprises book this service')

  // one character is nothing to look for; of what is found the only one is taken with Enter
  vi.useFakeTimers()
  await box.setValue('S')
  await vi.runAllTimersAsync()
  expect(page.findAll('[role="option"]')).toHaveLength(0)
  await box.setValue('Sample')
  await vi.runAllTimersAsync()
  vi.useRealTimers()
  await flushPromises()
  expect(page.findAll('[role="option"]').map(words)).toEqual([expect.stringContaining('Sample Foods')])
  expect(words(page)).toContain('There are more')
  await box.trigger('keydown', { key: 'ArrowDown' })
  expect(box.attributes('aria-activedescendant')).toBe(page.find('[role="option"]').attributes('id'))
  await box.trigger('keydown', { key: 'Enter' })
  await flushPromises()
  expect(box.element.value).toBe(CODE)
  expect(named()).toBe(CODE)
  await send()
  expect(sent(BOOK)[0]).toMatchObject({ enterprise: CODE, reason: null })
})
