// The API's operations in the shape openapi-fetch reads. Once ./schema is generated, this file becomes
// `export type { paths } from './schema'`.
import type * as T from './types'

type Json<Body> = { content: { 'application/json': Body } }
type Operation<Result, Status extends number, Path, Query, Body> = {
  parameters:
    & { query?: Query; header?: { 'Idempotency-Key'?: string }; cookie?: never }
    & ([Path] extends [never] ? { path?: never } : { path: Path })
  responses: { [S in Status]: [Result] extends [never] ? { content?: never } : Json<Result> }
} & ([Body] extends [never] ? { requestBody?: never } : { requestBody: Json<Body> })
type Get<Result, Path = never, Query = never> = { get: Operation<Result, 200, Path, Query, never> }
type Post<Result, Path = never, Body = never> = { post: Operation<Result, 200 | 201, Path, never, Body> }
type Quiet<Path = never, Body = never> = { post: Operation<never, 204, Path, never, Body> }

type Id = { id: string }
type Cursor = { cursor?: string }
type Span = { from: string; to: string }

export interface paths {
  '/api/v1/office': Get<T.Office>
  '/api/v1/calendar': Get<{ days: T.CalendarDay[] }, never, Span>

  '/api/v1/sign-in': Post<T.Me, never, { login: string; password: string }>
  '/api/v1/sign-out': Quiet
  '/api/v1/me': Get<T.Me> & { patch: Operation<T.Me, 200, never, never, { locale: T.Locale }> }
  '/api/v1/enterprises': Get<T.Page<T.Enterprise>, never, { state?: T.EnterpriseState } & Cursor>
    & Post<T.Enterprise, never, T.NewEnterprise>
  '/api/v1/enterprises/{id}/approve': Post<T.Enterprise, Id>
  '/api/v1/enterprises/{id}/refuse': Post<T.Enterprise, Id, { reason: string }>

  '/api/v1/services': Get<{ items: T.Service[] }>
  '/api/v1/services/{id}': Get<T.Service, Id>
  '/api/v1/services/{id}/days': Get<T.Days, Id, Span>
  '/api/v1/services/{id}/slots': Get<T.Slots, Id, { date: string }>

  '/api/v1/bookings': Get<T.Page<T.Booking>, never, { view: 'coming' | 'past' } & Cursor>
    & Post<T.Booking, never, { service_id: string; starts_at: string }>
  '/api/v1/bookings/{id}': Get<T.BookingDetail, Id>
  '/api/v1/bookings/{id}/request': Post<T.Booking, Id, T.RequestBooking>
  '/api/v1/bookings/{id}/cancel': Post<T.Booking, Id, { reason: string | null }>
  '/api/v1/references/{reference}': Get<T.Booking, { reference: string }>
  '/api/v1/bookings/{id}/rating': Get<{ url: string | null }, Id>

  '/api/v1/day': Get<T.OfficerDay, never, { date?: string }>
  '/api/v1/bookings/{id}/accept': Post<T.Booking, Id>
  '/api/v1/bookings/{id}/refuse': Post<T.Booking, Id, { reason: string }>
  '/api/v1/bookings/{id}/check-in': Post<T.Booking, Id>
  '/api/v1/bookings/{id}/complete': Post<T.Booking, Id>
  '/api/v1/bookings/{id}/no-show': Post<T.Booking, Id>
  '/api/v1/messages': Get<T.Page<T.Message>, never, { state?: T.Message['state'] } & Cursor>
  '/api/v1/messages/{id}/retry': Post<T.Message, Id>

  '/api/v1/bookings/{id}/session': Post<T.Session, Id>
  '/api/v1/sessions/{id}': Get<T.Session, Id>
  '/api/v1/sessions/{id}/acknowledge': Post<T.Session, Id, { notice_version: number }>
  '/api/v1/sessions/{id}/wait': Post<T.Session, Id>
  '/api/v1/sessions/{id}/participants/{pid}/admit': Post<T.Session, Id & { pid: string }>
  '/api/v1/sessions/{id}/leave': Quiet<Id>
  '/api/v1/sessions/{id}/end': Post<T.Session, Id>
  '/api/v1/sessions/{id}/decline': Quiet<Id, { reason: string }>
  '/api/v1/sessions/{id}/token': Post<{ token: string; expires_at: string }, Id>
  '/api/v1/sessions/{id}/media-state': {
    put: Operation<never, 204, Id, never, { microphone: boolean; camera: boolean }>
  }

  '/api/v1/review/sessions': Get<
    T.Page<T.ReviewRow>, never,
    { from?: string; to?: string; enterprise?: string; officer?: string; reference?: string } & Cursor
  >
  '/api/v1/review/sessions/{id}': Get<T.ReviewDetail, Id>
  '/api/v1/review/sessions/{id}/integrity': Get<T.Integrity, Id>
  '/api/v1/review/sessions/{id}/playbacks': Post<T.Playback, Id, { purpose: string }>

  '/api/v1/ratings/{token}': Get<T.RatingForm, { token: string }>
    & Post<Record<string, never>, { token: string }, { level: number; comment: string | null }>
  '/api/v1/answers': Get<T.Page<T.Answer>, never, { month?: string; service_id?: string } & Cursor>
  '/api/v1/figures/ratings': Get<T.Figures, never, Span>
}
