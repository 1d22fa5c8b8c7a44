import { expect, it } from 'vitest'
import type { ServiceSettings } from '../../../api/types'
import { draftOf, merged, settingsOf, unreadable, venueDraftOf, venueSettingsOf } from './draft'

const both = (text: string) => ({ 'zh-CN': text, en: text })
const settings: ServiceSettings = {
  name: both('Clearance'), summary: both('s'), who: both('w'), bring: [both('b')], rules: [], prepare: null,
  duration_minutes: 60, lead_minutes: 90, horizon_days: 30, hold_minutes: 10, needs_decision: true, seats: 2, daily_quota: null, quota_shares: null,
  opening_rules: [{ day_kind: 'working', weekdays: [1, 2], from_minute: 540, to_minute: 720 }],
  stages: [
    { stage: 'declaration', duration_minutes: 30, gap_least_minutes: 0, gap_most_minutes: 0, at_enterprise: false, seats: null, officers: [] },
    { stage: 'release', duration_minutes: 30, gap_least_minutes: 0, gap_most_minutes: 60, at_enterprise: false, seats: 1, officers: ['o'] },
  ],
  stages_only: true, fields: [], documents: [], active: true,
}

it('is typed and read back as it was', () => {
  expect(settingsOf(draftOf(settings))).toEqual(settings)
  const venue = { name: both('Hall'), address: both('1 Songjiang Avenue'), zone: 'Asia/Shanghai', grid_minutes: 15, phone: '', office_hours: [{ from_minute: 510, to_minute: 720 }] }
  expect(venueSettingsOf(venueDraftOf(venue))).toEqual(venue)
})

it('keeps some of a day only where the day has a number', () => {
  const shares = { phone: 4, counter: 2, released_days_before: 1, released_at_minute: 1080 }
  const draft = draftOf({ ...settings, daily_quota: 20, quota_shares: shares })
  expect(settingsOf(draft).quota_shares).toEqual(shares)
  draft.shares.phone = 'some'
  expect(unreadable(draft)).toEqual(['quota_shares.phone'])
  draft.quota = ' '
  expect(unreadable(draft)).toEqual([])
  expect(settingsOf(draft)).toMatchObject({ daily_quota: null, quota_shares: null })
})

it('numbers the stages that are ticked, and the first one has none before it', () => {
  const draft = draftOf(settings)
  draft.stages[0]!.on = false
  draft.stages[2]!.seats = 'one'
  expect(unreadable(draft)).toEqual(['stages[0].seats'])
  draft.stages[2]!.seats = ''
  expect(settingsOf(draft).stages).toEqual([{ ...settings.stages[1], gap_most_minutes: 0, seats: null }])
})

it('names what is no number', () => {
  expect(unreadable({ ...draftOf(settings), duration: '', lead_hours: 'soon', quota: 'x', seats: '1.5' })).toEqual(['duration_minutes', 'lead_minutes', 'seats', 'daily_quota'])
})

it('puts together what two have changed, and names what both did', () => {
  const mine = { ...settings, seats: 3, hold_minutes: 12 }
  const theirs = { ...settings, seats: 4, horizon_days: 60 }
  expect(merged(settings, mine, theirs)).toEqual({ settings: { ...settings, seats: 3, hold_minutes: 12, horizon_days: 60 }, both: ['seats'] })
})
