// The API's shapes. Once `npm run generate` can read the program's OpenAPI document, every line here becomes
// `export type X = components['schemas']['X']` of ./schema, and nothing else in the page changes.

/** The same text in both languages of the service. */
export interface Text { zh: string; en: string }
export interface Page<T> { items: T[]; next_cursor: string | null }

export interface ProblemBody {
  type: string; title: string; status: number; code: string; detail: string; field: string | null; request_id: string
}

export type Locale = 'zh-CN' | 'en'
export interface Office {
  name: Text; zone: string; duty_phone: string
  notice: { version: number; published_on: string; retention_years: number }
  languages: Locale[]
  /** Today's office hours in the office's zone, "08:30"; absent until the program tells them. */
  hours?: { from: string; to: string }[] | null
}

export type DayKind = 'workday' | 'weekend' | 'holiday' | 'makeup_workday' | 'unpublished'
export interface CalendarDay { date: string; kind: DayKind; name: string | null }

export type Role =
  | 'member' | 'agent' | 'traveller' | 'officer' | 'chief' | 'auditor' | 'supervisor'
  | 'admin_system' | 'admin_security' | 'admin_audit'
export type EnterpriseState = 'pending' | 'approved' | 'refused'
export interface Me {
  id: string; name: string; login: string; role: Role; locale: Locale; badge_no: string | null
  enterprise: { id: string; name: string; state: EnterpriseState } | null
}
export interface Enterprise {
  id: string; name: string; uscc: string; contact_name: string; contact_mobile: string; contact_email: string
  state: EnterpriseState; reason: string | null; created_at: string; decided_at: string | null
}
export interface NewEnterprise {
  name: string; uscc: string; contact_name: string; contact_mobile: string; contact_email: string
  login: string; password: string; locale: Locale
}

export type ServiceKind = 'after_hours' | 'health' | 'video'
export type FieldKind =
  | 'text' | 'long_text' | 'choice' | 'port_code' | 'hs_codes' | 'declaration_no' | 'date' | 'number' | 'consent'
export interface FieldSpec {
  key: string; kind: FieldKind; label: Text; hint: Text | null; required: boolean
  options: { value: string; label: Text }[] | null; sensitive: boolean; max_length: number | null
}
export interface Venue { id: string; name: Text; address: Text; zone: string; grid_minutes: number }
export interface Service {
  id: string; code: string; kind: ServiceKind; name: Text; summary: Text; who: Text; bring: Text[]; rules: Text[]
  duration_minutes: number; capacity: number; lead_minutes: number; horizon_days: number; hold_minutes: number
  needs_decision: boolean; uses_working_days: boolean; daily_quota: number | null; recorded: boolean
  fields: FieldSpec[]; venue: Venue
  now: { open: boolean; next_free_at: string | null; next_free_until: string | null }
}
export type DayReason = 'past' | 'lead_time' | 'beyond_horizon' | 'closed' | 'full' | 'year_unpublished' | 'quota'
export interface Day extends CalendarDay { free: number; total: number; reason: DayReason | null }
export interface Days { service_id: string; zone: string; days: Day[] }
export interface Slot {
  starts_at: string; ends_at: string; free: number; capacity: number
  reason: 'past' | 'lead_time' | 'full' | 'quota' | null
}
export interface Slots { date: string; zone: string; slots: Slot[]; reason: DayReason | null }

export type BookingState =
  | 'held' | 'requested' | 'accepted' | 'refused' | 'checked_in' | 'completed' | 'no_show' | 'cancelled' | 'expired'
export interface Booking {
  id: string; reference: string; state: BookingState; kind: ServiceKind
  service: { id: string; code: string; name: Text }
  venue: { name: Text; zone: string }
  starts_at: string; ends_at: string; hold_expires_at: string | null
  enterprise: { id: string; name: string } | null
  booker_name: string
  officer: { id: string; name: string; badge_no: string | null } | null
  reason: string | null
  can: {
    request: boolean; cancel: boolean; join: boolean; accept: boolean; refuse: boolean
    check_in: boolean; complete: boolean; no_show: boolean
  }
  join_from: string | null
  created_at: string; updated_at: string
}
export type FieldValue = string | boolean | number
export interface HistoryItem {
  at: string; kind: string; actor: 'booker' | 'officer' | 'system'; name: string | null; text: string | null
}
export interface BookingDetail extends Booking {
  contact_name: string | null; contact_mobile: string | null
  fields: Record<string, FieldValue>; history: HistoryItem[]
}
export interface RequestBooking { contact_name: string; contact_mobile: string; fields: Record<string, FieldValue> }

export interface WaitingPerson {
  session_id: string; booking_id: string; participant_id: string; name: string; enterprise_name: string | null
  service: Text; starts_at: string; since: string
}
export interface OfficerDay {
  date: string; kind: DayKind; name: string | null; now: string
  bookings: BookingDetail[]; undecided: BookingDetail[]; waiting: WaitingPerson[]
}
export interface Message {
  id: string; booking_reference: string | null; template: string; to_masked: string
  state: 'pending' | 'sent' | 'failed'; attempts: number; last_error: string | null
  created_at: string; next_at: string | null
}

export interface Participant {
  id: string; name: string; role: 'guest' | 'officer'; badge_no: string | null
  state: 'entered' | 'acknowledged' | 'waiting' | 'admitted' | 'left'
  acknowledged_at: string | null; waiting_since: string | null; admitted_at: string | null
  microphone: boolean; camera: boolean; me: boolean
}
export type PublicationSource = 'camera' | 'screen' | 'document'
export interface Publication { id: string; participant_id: string; source: PublicationSource; live: boolean }
export interface Session {
  id: string; booking_id: string; reference: string; service: Text; starts_at: string; ends_at: string; zone: string
  state: 'waiting' | 'open' | 'ended'; opened_at: string | null; ended_at: string | null
  recording: boolean; interrupted: boolean; notice_version: number
  me: Participant; people: Participant[]; publications: Publication[]
  line: { ahead: number }; media: { ice_servers: RTCIceServer[] }; can: { admit: boolean; end: boolean }
}

export interface ReviewRow {
  session_id: string; booking_id: string; reference: string; service: Text; enterprise_name: string | null
  officers: string[]; starts_at: string; opened_at: string | null; ended_at: string | null; duration_ms: number
  recordings: number; gaps: number; interrupted: boolean; plays: number
}
export interface Entry { seq: number; at: string; kind: string; text: Text; actor: string }
export interface ReviewDetail extends ReviewRow {
  zone: string; people: { participant_id: string; name: string; role: string }[]; entries: Entry[]
}
export interface Integrity {
  state: 'intact' | 'broken' | 'incomplete'; checked_at: string; entries: number
  recordings: { id: string; clusters: number; bytes: number; state: string; fault: string | null }[]
  fault: { where: 'entry' | 'recording'; id: string; text: Text } | null
  head: string
}
export interface Track {
  recording_id: string; participant_id: string; name: string; role: string; source: PublicationSource; segment: number
  offset_ms: number; duration_ms: number; url: string; gaps: { from_ms: number; to_ms: number; cause: string }[]
}
export interface Playback {
  id: string; session_id: string; starts_at: string; duration_ms: number; integrity: Integrity
  tracks: Track[]; marks: { at_ms: number; kind: string; text: Text }[]
}

export interface RatingForm {
  service: Text; reference_masked: string; on: string; state: 'open' | 'answered' | 'expired'; expires_at: string
}
export interface Answer { id: string; service: Text; level: number; comment: string | null; month: string }
export interface FigureRow {
  month: string; service_id: string; service: Text; invited: number; answered: number; response_rate: number | null
  /** Null when hidden, like the share. */
  top: number | null; share: number | null; low: number | null; high: number | null; hidden: boolean
}
export type FigureTotal = Omit<FigureRow, 'service_id' | 'service'>
export interface Figures { rows: FigureRow[]; totals: FigureTotal[] }
