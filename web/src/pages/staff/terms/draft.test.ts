import { expect, it } from 'vitest'
import type { ServiceTerms } from '../../../api/types'
import { ANY, draftOf, inHours, termsOf, unreadable } from './draft'

const terms: ServiceTerms = {
  bookers: 'enterprises',
  category_field: 'eligibility',
  lead_times: [{ tier: 'advanced_certified', category: null, lead_minutes: 480 }, { tier: null, category: 'relief', lead_minutes: 90 }],
  excluded_tiers: [{ tier: 'discredited', reason: { 'zh-CN': '失信', en: 'Discredited' } }],
  walk_ins_at_once: true, applications_in_office_hours: true,
  buffer_before_minutes: 0,
  buffer_after_minutes: 15,
  quotas: [{ of: 'enterprise', per: 'week', most: 4, least: null }],
  overlap: 'refused',
  cancelling: { free_until_minutes: 720, explain_within_working_days: 5, blocked_days: 14 },
  no_shows: null,
  decided_within_working_days: 1,
}

it('says with a draft what the terms said', () => {
  const draft = draftOf(terms)
  expect(draft.leads).toEqual([{ tier: 'advanced_certified', category: ANY, hours: '8' }, { tier: ANY, category: 'relief', hours: '1.5' }])
  expect(termsOf(draft)).toEqual(terms)
  expect(unreadable(draft)).toEqual([])
})

it('takes what is not ticked as not said, and hours with a comma', () => {
  const draft = { ...draftOf(terms), cancelling: false, no_shows: true, leads: [{ tier: ANY, category: ANY, hours: '2,5' }], decided_days: ' ' }
  expect(termsOf(draft)).toMatchObject({ cancelling: null, no_shows: { count: 2, within_days: 90, blocked_days: 30 }, lead_times: [{ tier: null, category: null, lead_minutes: 150 }], decided_within_working_days: null })
})

it('names each text that is no number, and none that does not count', () => {
  const draft = draftOf(terms)
  Object.assign(draft.quotas[0]!, { most: 'four', least: '' })
  Object.assign(draft, { before: '', after: '-5', count: 'x', explain_days: '1.5' })
  draft.leads[1]!.hours = '1e3'
  expect(unreadable(draft)).toEqual(['lead_times[1].lead_minutes', 'quotas[0].most', 'buffer_before_minutes', 'buffer_after_minutes', 'cancelling.explain_within_working_days'])
})

it('knows which fields are in hours', () => {
  const fields = ['lead_times[1].lead_minutes', 'cancelling.free_until_minutes', 'buffer_after_minutes', 'lead_times[1].tier']
  expect(fields.filter(inHours)).toEqual(fields.slice(0, 2))
})
