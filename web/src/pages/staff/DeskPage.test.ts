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
const service = { id: 's', kind: 'health', trial: false, name: both('Check-up'), horizon_days: 30, terms: { bookers: 'everybody' }, now: { next_free_at: at('10:00') }, venue: { zone: ZONE } }
const made = { id: 'b', kind: 'health', channel: 'counter', booker_name: 'Gu', reference: 'MQ 2611 4K7P-X', starts_at: at('10:00'), enterprise: null, service: { id: 's', name: both('Check-up') }, venue: { zone: ZONE } }
let refuse: Record<string, ApiError>
let offered: typeof service
const sent = (path: string) => (vi.mocked(api.POST).mock.calls as unknown as [string, { body?: Record<string, unknown> }][]).filter(([to]) => to === path).map(([, options]) => options.body)
const BOOK = '/api/v1/desk/bookings'
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
  expect(sent(BOOK)).toEqual([{ service_id: 's', channel: 'phone', starts_at: at('10:00'), contact_name: 'Gu', contact_mobile: '15400000077', enterprise: null, reason: null, anyway: false }])
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

it('finds the enterprise by its name and asks which it is where only enterprises book', async () => {
  offered = { ...service, terms: { bookers: 'enterprises' } }
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
