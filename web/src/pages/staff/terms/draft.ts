// The terms of a service as they are typed: numbers as texts, lead times in hours, what is optional with a tick.
import type { LeadTime, ServiceTerms } from '../../../api/types'

export interface LeadDraft { tier: string; category: string; hours: string }
export interface TierDraft { tier: string; reason: Record<string, string> }
export interface QuotaDraft { of: string; per: string; most: string; least: string }
export interface TermsDraft {
  bookers: string
  category_field: string
  leads: LeadDraft[]
  tiers: TierDraft[]
  walk_ins: boolean
  in_office_hours: boolean
  before: string
  after: string
  quotas: QuotaDraft[]
  overlap: string
  cancelling: boolean
  free_until_hours: string
  explain_days: string
  unexplained_blocked: string
  no_shows: boolean
  count: string
  within_days: string
  blocked_days: string
  decided_days: string
}

/** A select cannot choose nothing: this stands for "whoever" and "whatever". */
export const ANY = '*'

const HOUR = 60
const hours = (minutes: number) => String(minutes / HOUR)
const chosen = (text: string) => (text === ANY || !text ? null : text)

export function draftOf(terms: ServiceTerms): TermsDraft {
  const { cancelling, no_shows: noShows } = terms
  return {
    bookers: terms.bookers,
    category_field: terms.category_field ?? ANY,
    leads: terms.lead_times.map((one) => ({ tier: one.tier ?? ANY, category: one.category ?? ANY, hours: hours(one.lead_minutes) })),
    tiers: terms.excluded_tiers.map((one) => ({ tier: one.tier, reason: { ...one.reason } })),
    walk_ins: terms.walk_ins_at_once,
    in_office_hours: terms.applications_in_office_hours,
    before: String(terms.buffer_before_minutes),
    after: String(terms.buffer_after_minutes),
    quotas: terms.quotas.map((one) => ({ of: one.of, per: one.per, most: one.most?.toString() ?? '', least: one.least?.toString() ?? '' })),
    overlap: terms.overlap,
    cancelling: !!cancelling,
    free_until_hours: cancelling ? hours(cancelling.free_until_minutes) : '24',
    explain_days: String(cancelling?.explain_within_working_days ?? 5),
    unexplained_blocked: String(cancelling?.blocked_days ?? 30),
    no_shows: !!noShows,
    count: String(noShows?.count ?? 2),
    within_days: String(noShows?.within_days ?? 90),
    blocked_days: String(noShows?.blocked_days ?? 30),
    decided_days: terms.decided_within_working_days?.toString() ?? '',
  }
}

// none of them is below zero; how far they may go is for the program to say
const DIGITS = /^\d{1,6}$/
const HOURS = /^\d{1,5}([.,]\d{1,2})?$/
const isCount = (text: string) => DIGITS.test(text.trim())
const isHours = (text: string) => HOURS.test(text.trim())
const count = (text: string) => Number(text.trim())
const minutes = (text: string) => Math.round(Number(text.trim().replace(',', '.')) * HOUR)
const optional = (text: string) => (text.trim() ? count(text) : null)

/** Whether a field is in hours, of which the program only knows the minutes. */
export const inHours = (field: string) => /^lead_times\[\d+\]\.lead_minutes$|^cancelling\.free_until_minutes$/.test(field)

/** The names of the fields whose text is no number, or no length of time; as the API spells them. */
export function unreadable(draft: TermsDraft): string[] {
  const bad: [string, boolean][] = [
    ...draft.leads.map((one, index): [string, boolean] => [`lead_times[${index}].lead_minutes`, !isHours(one.hours)]),
    ...draft.quotas.flatMap((one, index): [string, boolean][] => [
      [`quotas[${index}].most`, !!one.most.trim() && !isCount(one.most)],
      [`quotas[${index}].least`, !!one.least.trim() && !isCount(one.least)],
    ]),
    ['buffer_before_minutes', !isCount(draft.before)],
    ['buffer_after_minutes', !isCount(draft.after)],
    ['decided_within_working_days', !!draft.decided_days.trim() && !isCount(draft.decided_days)],
  ]
  if (draft.cancelling) {
    bad.push(['cancelling.free_until_minutes', !isHours(draft.free_until_hours)])
    bad.push(['cancelling.explain_within_working_days', !isCount(draft.explain_days)])
    bad.push(['cancelling.blocked_days', !isCount(draft.unexplained_blocked)])
  }
  if (draft.no_shows) {
    bad.push(['no_shows.count', !isCount(draft.count)])
    bad.push(['no_shows.within_days', !isCount(draft.within_days)])
    bad.push(['no_shows.blocked_days', !isCount(draft.blocked_days)])
  }
  return bad.filter(([, isBad]) => isBad).map(([name]) => name)
}

/** What a draft says; every number of it can be read ([`unreadable`]). */
export function termsOf(draft: TermsDraft): ServiceTerms {
  return {
    bookers: draft.bookers as ServiceTerms['bookers'],
    category_field: chosen(draft.category_field),
    lead_times: draft.leads.map((one) => ({
      tier: chosen(one.tier) as LeadTime['tier'], category: chosen(one.category), lead_minutes: minutes(one.hours),
    })),
    excluded_tiers: draft.tiers.map((one) => ({ tier: one.tier, reason: { ...one.reason } })) as ServiceTerms['excluded_tiers'],
    walk_ins_at_once: draft.walk_ins,
    applications_in_office_hours: draft.in_office_hours,
    buffer_before_minutes: count(draft.before),
    buffer_after_minutes: count(draft.after),
    quotas: draft.quotas.map((one) => ({ of: one.of, per: one.per, most: optional(one.most), least: optional(one.least) })) as ServiceTerms['quotas'],
    overlap: draft.overlap as ServiceTerms['overlap'],
    cancelling: draft.cancelling
      ? { free_until_minutes: minutes(draft.free_until_hours), explain_within_working_days: count(draft.explain_days), blocked_days: count(draft.unexplained_blocked) }
      : null,
    no_shows: draft.no_shows
      ? { count: count(draft.count), within_days: count(draft.within_days), blocked_days: count(draft.blocked_days) }
      : null,
    decided_within_working_days: optional(draft.decided_days),
  }
}
