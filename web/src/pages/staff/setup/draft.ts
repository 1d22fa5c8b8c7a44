// What a service and a venue are, as it is typed: numbers as texts, what is optional with a tick, texts by language.
import type { ServiceSettings, Stage, VenueSettings } from '../../../api/types'
import { documentDraft, documentOf, fieldDraft, fieldOf, unreadableForm, type DocumentDraft, type FieldDraft } from './formDraft'
import { emptyText, said, typed, type TextDraft } from './text'
import { WEEKDAYS, type RuleDraft } from './week'

export interface StageDraft { stage: Stage; on: boolean; duration: string; least: string; most: string; at_enterprise: boolean; seats: string; officers: string[] }
/** What is kept of a day's number for callers and the counter; `at` is a minute of the day. */
export interface SharesDraft { on: boolean; phone: string; counter: string; days: string; at: string }
export interface ServiceDraft {
  name: TextDraft
  summary: TextDraft
  who: TextDraft
  bring: TextDraft[]
  rules: TextDraft[]
  has_prepare: boolean
  prepare: TextDraft
  duration: string
  lead_hours: string
  horizon: string
  hold: string
  needs_decision: boolean
  seats: string
  quota: string
  shares: SharesDraft
  opening_rules: RuleDraft[]
  stages: StageDraft[]
  stages_only: boolean
  fields: FieldDraft[]
  documents: DocumentDraft[]
  active: boolean
}
export interface VenueDraft { name: TextDraft; address: TextDraft; zone: string; grid: string; phone: string; hours: { from: string; to: string }[] }

const STAGES: Stage[] = ['declaration', 'inspection', 'release']
const HOUR = 60
const HALF_DAY = 12 * HOUR


const COUNT = /^\d{1,6}$/
const HOURS = /^\d{1,5}([.,]\d{1,2})?$/
const isCount = (text: string) => COUNT.test(text.trim())
const isHours = (text: string) => HOURS.test(text.trim())
const isOptional = (text: string) => !text.trim() || isCount(text)
const count = (text: string) => Number(text.trim())
const optional = (text: string) => (text.trim() ? count(text) : null)

const EVENING = 18 * HOUR
function sharesDraft(kept: ServiceSettings['quota_shares']): SharesDraft {
  const { phone, counter, released_days_before: days, released_at_minute: at } = kept ?? { phone: 0, counter: 0, released_days_before: 1, released_at_minute: EVENING }
  return { on: !!kept, phone: String(phone), counter: String(counter), days: String(days), at: String(at) }
}
/** Of a number that is not counted nothing is kept. */
const keeps = (draft: ServiceDraft) => draft.shares.on && !!draft.quota.trim()

export function draftOf(settings: ServiceSettings): ServiceDraft {
  const stage = (of: Stage): StageDraft => {
    const found = settings.stages.find((one) => one.stage === of)
    return {
      stage: of,
      on: !!found,
      duration: String(found?.duration_minutes ?? settings.duration_minutes),
      least: String(found?.gap_least_minutes ?? 0),
      most: String(found?.gap_most_minutes ?? HALF_DAY),
      at_enterprise: found?.at_enterprise ?? false,
      seats: found?.seats?.toString() ?? '',
      officers: [...(found?.officers ?? [])],
    }
  }
  return {
    name: typed(settings.name),
    summary: typed(settings.summary),
    who: typed(settings.who),
    bring: settings.bring.map(typed),
    rules: settings.rules.map(typed),
    has_prepare: !!settings.prepare,
    prepare: settings.prepare ? typed(settings.prepare) : emptyText(),
    duration: String(settings.duration_minutes),
    lead_hours: String(settings.lead_minutes / HOUR),
    horizon: String(settings.horizon_days),
    hold: String(settings.hold_minutes),
    needs_decision: settings.needs_decision,
    seats: String(settings.seats),
    quota: settings.daily_quota?.toString() ?? '',
    shares: sharesDraft(settings.quota_shares),
    opening_rules: settings.opening_rules.map((one) => ({ day_kind: one.day_kind, weekdays: [...one.weekdays], from: String(one.from_minute), to: String(one.to_minute) })),
    stages: STAGES.map(stage),
    stages_only: settings.stages_only,
    fields: settings.fields.map(fieldDraft),
    documents: settings.documents.map(documentDraft),
    active: settings.active,
  }
}

/** The stages that are ticked, in their order: what the program counts. */
export const stagesOn = (draft: ServiceDraft) => draft.stages.filter(({ on }) => on)

/** The names of the fields whose text is no number; as the API spells them. */
export function unreadable(draft: ServiceDraft): string[] {
  const bad: [string, boolean][] = [
    ['duration_minutes', !isCount(draft.duration)],
    ['lead_minutes', !isHours(draft.lead_hours)],
    ['horizon_days', !isCount(draft.horizon)],
    ['hold_minutes', !isCount(draft.hold)],
    ['seats', !isCount(draft.seats)],
    ['daily_quota', !isOptional(draft.quota)],
    ['quota_shares.phone', keeps(draft) && !isCount(draft.shares.phone)],
    ['quota_shares.counter', keeps(draft) && !isCount(draft.shares.counter)],
    ['quota_shares.released_days_before', keeps(draft) && !isCount(draft.shares.days)],
    ...stagesOn(draft).flatMap((one, index): [string, boolean][] => [
      [`stages[${index}].duration_minutes`, !isCount(one.duration)],
      [`stages[${index}].gap_least_minutes`, index > 0 && !isCount(one.least)],
      [`stages[${index}].gap_most_minutes`, index > 0 && !isCount(one.most)],
      [`stages[${index}].seats`, !isOptional(one.seats)],
    ]),
  ]
  return [...bad.filter(([, isBad]) => isBad).map(([name]) => name), ...unreadableForm(draft.fields, draft.documents)]
}

/** What a draft says; every number of it can be read ([`unreadable`]). */
export function settingsOf(draft: ServiceDraft): ServiceSettings {
  return {
    name: said(draft.name),
    summary: said(draft.summary),
    who: said(draft.who),
    bring: draft.bring.map(said),
    rules: draft.rules.map(said),
    prepare: draft.has_prepare ? said(draft.prepare) : null,
    duration_minutes: count(draft.duration),
    lead_minutes: Math.round(Number(draft.lead_hours.trim().replace(',', '.')) * HOUR),
    horizon_days: count(draft.horizon),
    hold_minutes: count(draft.hold),
    needs_decision: draft.needs_decision,
    seats: count(draft.seats),
    daily_quota: optional(draft.quota),
    quota_shares: keeps(draft) ? { phone: count(draft.shares.phone), counter: count(draft.shares.counter), released_days_before: count(draft.shares.days), released_at_minute: Number(draft.shares.at) } : null,
    opening_rules: draft.opening_rules.map((one) => ({ day_kind: one.day_kind, weekdays: [...one.weekdays].sort((a, b) => a - b), from_minute: Number(one.from), to_minute: Number(one.to) })),
    // none comes before the first one
    stages: stagesOn(draft).map((one, index) => ({
      stage: one.stage,
      duration_minutes: count(one.duration),
      gap_least_minutes: index ? count(one.least) : 0,
      gap_most_minutes: index ? count(one.most) : 0,
      at_enterprise: one.at_enterprise,
      seats: optional(one.seats),
      officers: [...one.officers],
    })),
    stages_only: draft.stages_only,
    fields: draft.fields.map(fieldOf),
    documents: draft.documents.map(documentOf),
    active: draft.active,
  }
}

export const emptyRule = (): RuleDraft => ({ day_kind: 'working', weekdays: [...WEEKDAYS], from: '540', to: '720' })

export function venueDraftOf(settings: VenueSettings): VenueDraft {
  return {
    name: typed(settings.name),
    address: typed(settings.address),
    zone: settings.zone,
    grid: String(settings.grid_minutes),
    phone: settings.phone,
    hours: settings.office_hours.map((one) => ({ from: String(one.from_minute), to: String(one.to_minute) })),
  }
}

export function venueSettingsOf(draft: VenueDraft): VenueSettings {
  return {
    name: said(draft.name),
    address: said(draft.address),
    zone: draft.zone.trim(),
    grid_minutes: Number(draft.grid),
    phone: draft.phone.trim(),
    office_hours: draft.hours.map((one) => ({ from_minute: Number(one.from), to_minute: Number(one.to) })),
  }
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/**
 * What two people made of the same settings: each field as the one who changed it has it; `mine` where both did, and
 * those are named.
 */
export function merged<Settings extends object>(base: Settings, mine: Settings, theirs: Settings): { settings: Settings; both: (keyof Settings)[] } {
  const settings = { ...mine }
  const both: (keyof Settings)[] = []
  for (const field of Object.keys(mine) as (keyof Settings)[]) {
    if (same(mine[field], base[field])) settings[field] = theirs[field]
    else if (!same(theirs[field], base[field]) && !same(theirs[field], mine[field])) both.push(field)
  }
  return { settings, both }
}
