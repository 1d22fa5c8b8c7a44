// What a room asks of the program and hears from it. Tests bring a program of their own (./fakes).
import { api, take } from '../../../api/client'
import { openEvents, type Events } from '../../../api/events'
import type { BookingDetail, OfficerDay, Session } from '../../../api/types'
import type { LineReport } from '../../../call/tally'
import type { Token } from '../../../call/token'

/** What of one's devices the others are told. */
export interface OwnMedia { microphone: boolean; camera: boolean }

export interface SessionHandlers {
  session: (told: Session) => void
  /** The program is about to start anew. */
  stopping: () => void
  /** The stream was answered with an error: whoever listens finds out why. */
  refused: () => void
}

export interface Program {
  enter: (bookingId: string) => Promise<Session>
  session: (id: string) => Promise<Session>
  booking: (bookingId: string) => Promise<BookingDetail>
  listen: (id: string, handlers: SessionHandlers) => Events
  acknowledge: (id: string, noticeVersion: number) => Promise<Session>
  wait: (id: string) => Promise<Session>
  admit: (id: string, participantId: string) => Promise<Session>
  check: (id: string, key: string, done: boolean) => Promise<Session>
  decline: (id: string, reason: string) => Promise<unknown>
  leave: (id: string) => Promise<unknown>
  end: (id: string) => Promise<Session>
  pauseRecording: (id: string, reason: string) => Promise<Session>
  resumeRecording: (id: string) => Promise<Session>
  noteUnrecorded: (id: string, reason: string) => Promise<Session>
  tellMedia: (id: string, own: OwnMedia) => Promise<unknown>
  token: (id: string) => Promise<Token>
  tellLine: (id: string, report: LineReport) => Promise<unknown>
  day: () => Promise<OfficerDay>
  listenToDay: (changed: () => void) => Events
}

const of = (id: string) => ({ params: { path: { id } } })

export const program: Program = {
  enter: (bookingId) => take(api.POST('/api/v1/bookings/{id}/session', of(bookingId))),
  session: (id) => take(api.GET('/api/v1/sessions/{id}', of(id))),
  booking: (bookingId) => take(api.GET('/api/v1/bookings/{id}', of(bookingId))),
  listen: (id, { session, stopping, refused }) =>
    openEvents(`session:${id}`, { session: (told) => session(told as Session), stopping }, refused),
  acknowledge: (id, notice_version) => take(api.POST('/api/v1/sessions/{id}/acknowledge', { ...of(id), body: { notice_version } })),
  wait: (id) => take(api.POST('/api/v1/sessions/{id}/wait', of(id))),
  admit: (id, pid) => take(api.POST('/api/v1/sessions/{id}/participants/{pid}/admit', { params: { path: { id, pid } } })),
  check: (id, key, done) => take(api.PUT('/api/v1/sessions/{id}/checks/{key}', { params: { path: { id, key } }, body: { done } })),
  decline: (id, reason) => take(api.POST('/api/v1/sessions/{id}/decline', { ...of(id), body: { reason } })),
  leave: (id) => take(api.POST('/api/v1/sessions/{id}/leave', of(id))),
  end: (id) => take(api.POST('/api/v1/sessions/{id}/end', of(id))),
  pauseRecording: (id, reason) => take(api.POST('/api/v1/sessions/{id}/recording/pause', { ...of(id), body: { reason } })),
  resumeRecording: (id) => take(api.POST('/api/v1/sessions/{id}/recording/resume', of(id))),
  noteUnrecorded: (id, reason) => take(api.POST('/api/v1/sessions/{id}/recording/note', { ...of(id), body: { reason } })),
  tellMedia: (id, own) => take(api.PUT('/api/v1/sessions/{id}/media-state', { ...of(id), body: own })),
  token: (id) => take(api.POST('/api/v1/sessions/{id}/token', of(id))),
  // the last one is sent while the page goes
  tellLine: (id, report) => take(api.POST('/api/v1/sessions/{id}/line', { ...of(id), body: report, keepalive: true })),
  day: () => take(api.GET('/api/v1/day')),
  listenToDay: (changed) => openEvents('day', { day: changed }),
}
