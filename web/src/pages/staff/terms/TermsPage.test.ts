import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../../tests/show'
import { api, take } from '../../../api/client'
import { ApiError } from '../../../api/problem'
import TermsForm from './TermsForm.vue'
import { ZONE } from '../fakes'

vi.mock('../../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn(), PUT: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

const both = (text: string) => ({ 'zh-CN': text, en: text })
const terms = {
  bookers: 'everybody', category_field: null, lead_times: [{ tier: 'advanced_certified', category: null, lead_minutes: 480 }], excluded_tiers: [],
  applications_in_office_hours: false, buffer_before_minutes: 0, buffer_after_minutes: 0,
  quotas: [], overlap: 'warned', cancelling: null, no_shows: null, decided_within_working_days: null,
}
const service = {
  id: 's', name: both('Clearance'), lead_minutes: 1440, venue: { name: both('Hall'), zone: ZONE, office_hours: [{ from_minute: 510, to_minute: 1020 }] }, terms,
  fields: [{ key: 'eligibility', kind: 'choice', label: both('Eligibility'), options: [{ value: 'relief', label: both('Relief goods') }] }],
}
const rules = (...all: [string, number][]) => ({ count: all.reduce((sum, [, n]) => sum + n, 0), by_rule: all.map(([rule, count]) => ({ rule, count })) })
let refuse: ApiError | null
let refuseTry: ApiError | null
const put = () => vi.mocked(api.PUT).mock.calls as unknown as [string, { body: { terms: typeof terms; reason: string } }][]
const tried = () => vi.mocked(api.POST).mock.calls as unknown as [string, { body: { terms: typeof terms } }][]
beforeEach(() => {
  vi.clearAllMocks()
  vi.useRealTimers()
  refuse = refuseTry = null
  vi.mocked(api.POST).mockImplementation(((path: string) => path) as never)
  vi.mocked(api.PUT).mockImplementation(((path: string) => path) as never)
  vi.mocked(take).mockImplementation(((path: string) => {
    if (path.endsWith('/preview')) {
      if (refuseTry) return Promise.reject(refuseTry)
      return Promise.resolve({ days: 92, requests: 40, in_force: rules(), tried: rules(['quota_reached', 3]), newly_refused: 3, newly_allowed: 0, examples: [{ booking_id: 'b', reference: 'MQ26114K7PX', applied_at: '2026-11-20T02:00:00Z', starts_at: '2026-11-24T02:00:00Z', rules: ['quota_reached'] }] })
    }
    return refuse ? Promise.reject(refuse) : Promise.resolve(undefined)
  }) as never)
})
const draw = () => show(TermsForm, { areas: ['staff', 'terms'], language: 'en', props: { service } })

it('tells what the terms would have done, and asks again once one stops typing', async () => {
  const page = await draw()
  await flushPromises()
  expect(words(page.find('[role="status"]'))).toBe('40 requests in the last 92 days: the present terms refuse 0, these refuse 3.')
  expect(words(page)).toContain('Often enough in the period')
  expect(tried()).toHaveLength(1)
  await press(page, 'Add a line')
  await vi.waitFor(() => { expect(tried()).toHaveLength(2) })
  expect(tried()[1]?.[1].body.terms.lead_times).toHaveLength(2)
})

it('wants a reason and numbers before it saves, and puts a refusal at its field', async () => {
  const page = await draw()
  await page.find('[name="buffer_after_minutes"]').setValue('soon')
  await page.find('form').trigger('submit')
  expect(put()).toEqual([])
  expect(page.findAll('[aria-invalid="true"]').map((field) => field.attributes('name'))).toEqual(['buffer_after_minutes', 'reason'])
  await page.find('[name="buffer_after_minutes"]').setValue('15')
  await page.find('[name="reason"]').setValue('Rules of the season')
  refuse = new ApiError({ code: 'terms_out_of_range', status: 422, title: 'Between 0 and 1440.', field: 'terms.buffer_after_minutes' })
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(words(page)).toContain('Between 0 and 1440.')
  refuse = null
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(put().at(-1)?.[1].body).toMatchObject({ terms: { buffer_after_minutes: 15 }, reason: 'Rules of the season' })
})

const marked = (page: Awaited<ReturnType<typeof draw>>) => page.findAll('.field-bad').map((field) => [field.find('[name]').attributes('name'), words(field.find('.error'))])

it('marks each field with its own fault before anything is saved', async () => {
  const page = await draw()
  await page.find('[name="lead_times[0].lead_minutes"]').setValue('-1')
  await page.find('[name="buffer_before_minutes"]').setValue('-5')
  await vi.waitFor(() => { expect(marked(page)).toHaveLength(2) })
  expect(marked(page)).toEqual([
    ['lead_times[0].lead_minutes', expect.stringContaining('A number of hours') as string],
    ['buffer_before_minutes', 'A whole number is needed here, not below 0.'],
  ])
  expect(words(page)).toContain('Please mend what is marked above')
  expect(tried()).toHaveLength(1)

  // what can be read and cannot be meant, the program tells of
  refuseTry = new ApiError({ code: 'terms_out_of_range', status: 422, title: 'Between 0 and 1440.', field: 'terms.buffer_before_minutes' })
  await page.find('[name="lead_times[0].lead_minutes"]').setValue('8')
  await page.find('[name="buffer_before_minutes"]').setValue('5000')
  await vi.waitFor(() => { expect(marked(page)).toEqual([['buffer_before_minutes', 'Between 0 and 1440.']]) })
  expect(tried().at(-1)?.[1].body.terms.buffer_before_minutes).toBe(5000)
  expect(page.find('[role="alert"]').exists()).toBe(false)

  refuseTry = null
  await page.find('[name="buffer_before_minutes"]').setValue('5')
  await vi.waitFor(() => { expect(marked(page)).toEqual([]) })
  expect(words(page.find('[role="status"]'))).toContain('40 requests')
})

it('does not tell minutes of what is typed in hours', async () => {
  refuseTry = new ApiError({ code: 'terms_out_of_range', status: 422, title: 'Between 0 and 5256000.', field: 'terms.lead_times[0].lead_minutes' })
  const page = await draw()
  await vi.waitFor(() => { expect(marked(page)).toHaveLength(1) })
  expect(words(page)).not.toContain('5256000')
})

it('puts in force for whom the service is, and asks first what that would do', async () => {
  const page = await draw()
  await page.find('[name="bookers"]').setValue('enterprises')
  await vi.waitFor(() => { expect(tried().at(-1)?.[1].body.terms.bookers).toBe('enterprises') })
  await page.find('[name="reason"]').setValue('Notice 2018 No. 109')
  await page.find('form').trigger('submit')
  await flushPromises()
  expect(put().at(-1)?.[1].body.terms.bookers).toBe('enterprises')
})
