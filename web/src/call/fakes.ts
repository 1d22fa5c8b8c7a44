// Stand-ins for the tests of this folder: a session as the program tells it, a peer connection and media tracks.
import { vi } from 'vitest'
import type { Participant, Session } from '../api/types'

export const guest: Participant = {
  id: 'guest', name: 'Lin', role: 'guest', badge_no: null, guest_by: 'booking', state: 'entered', acknowledged_at: null,
  waiting_since: null, admitted_at: null, microphone: true, camera: true, present: true, me: true, line_check: null,
}
export const officer: Participant = { ...guest, id: 'officer', name: 'Zhou', role: 'officer', badge_no: '2316', guest_by: null, state: 'admitted', me: false }

export function session(state: Session['state'], mine: Participant['state'], more: Partial<Session> = {}): Session {
  const me = { ...guest, state: mine }
  return {
    id: 'session', booking_id: 'booking', reference: 'MQ26114K7PX', service: {} as Session['service'],
    starts_at: '2026-11-23T06:00:00Z', ends_at: '2026-11-23T06:30:00Z', zone: 'Asia/Shanghai', state,
    opened_at: null, ended_at: null, recording: false, recording_state: 'off', interrupted: false, notice_version: 5, me, people: [me, officer],
    publications: [], line: { ahead: 0 }, media: { ice_servers: [] }, can: { admit: false, end: false, pause: false, resume: false, note: false }, unrecorded: [], resumes: false, ends_without_officer_minutes: 10, checks: [], ...more,
  }
}

export class FakePeer {
  static all: FakePeer[] = []
  connectionState = 'new'
  iceGatheringState = 'complete'
  localDescription: { sdp: string } | null = null
  closed = false
  lines: { kind: string; track: unknown; direction: string; replaceTrack: ReturnType<typeof vi.fn> }[] = []
  onconnectionstatechange: (() => void) | null = null
  ontrack: ((event: { track: unknown }) => void) | null = null
  answer = ''
  constructor() {
    FakePeer.all.push(this)
  }
  static get last(): FakePeer {
    return FakePeer.all[FakePeer.all.length - 1]!
  }
  addTransceiver(what: { kind: string } | string, init: { direction: string }) {
    const track = typeof what === 'string' ? null : what
    const line = { kind: typeof what === 'string' ? what : what.kind, track, direction: init.direction, replaceTrack: vi.fn(async () => {}) }
    this.lines.push(line)
    return { sender: line }
  }
  offers = 0
  async createOffer(options?: { iceRestart?: boolean }) {
    this.offers += 1
    return { type: 'offer', sdp: options?.iceRestart ? `m=audio\r\na=ice-ufrag:again${this.offers}\r\na=ice-pwd:word\r\na=mid:0\r\n` : 'offer' }
  }
  async setLocalDescription({ sdp }: { sdp: string }) {
    this.localDescription = { sdp }
  }
  async setRemoteDescription({ sdp }: { sdp: string }) {
    this.answer = sdp
  }
  get remoteDescription() {
    return { sdp: this.answer }
  }
  async getStats() {
    return new Map()
  }
  addEventListener() {}
  transport: { state: string; onstatechange: (() => void) | null } = { state: 'connected', onstatechange: null }
  getSenders() {
    return [{ transport: this.transport }]
  }
  close() {
    this.closed = true
  }
  become(state: string) {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
}

export class FakeTrack {
  enabled = true
  stopped = false
  label = 'fake'
  muted = false
  onended: (() => void) | null = null
  onmute: (() => void) | null = null
  onunmute: (() => void) | null = null
  constructor(readonly kind: string, private readonly id = `${kind}-1`) {}
  stop() {
    this.stopped = true
  }
  getSettings() {
    return { deviceId: this.id, width: 1280, height: 720, facingMode: 'user' }
  }
}

export class FakeStream {
  constructor(private tracks: FakeTrack[] = []) {}
  getTracks() {
    return [...this.tracks]
  }
  getAudioTracks() {
    return this.tracks.filter((one) => one.kind === 'audio')
  }
  getVideoTracks() {
    return this.tracks.filter((one) => one.kind === 'video')
  }
  addTrack(track: FakeTrack) {
    this.tracks.push(track)
  }
  removeTrack(track: FakeTrack) {
    this.tracks = this.tracks.filter((one) => one !== track)
  }
}

/** A refusal as the program words it. */
export interface FakeRefusal { status: number; code: string; title?: string; retryAfter?: string }

/** A program that takes every offer and no restart unless it is told to, or answers with the statuses or refusals it is told, one after the other. */
export function fakeProgram(...statuses: (number | FakeRefusal)[]) {
  const calls: { method: string; url: string; bearer: string; keepalive: boolean }[] = []
  const pages: (string | undefined)[] = []
  /** What it says to restarts, the last of it for ever, and how they were asked for. */
  const restarts = { answers: [404] as (number | 'no line')[], asked: [] as { match: string; kind: string; body: string }[] }
  let resources = 0
  const fetch = vi.fn(async (url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>
    calls.push({ method: init.method ?? 'GET', url, bearer: headers.Authorization ?? '', keepalive: !!init.keepalive })
    if (init.method === 'DELETE') return new Response(null, { status: 200 })
    if (init.method === 'PATCH') {
      restarts.asked.push({ match: headers['If-Match'] ?? '', kind: headers['Content-Type'] ?? '', body: init.body as string })
      const said = (restarts.answers.length > 1 ? restarts.answers.shift() : restarts.answers[0]) ?? 404
      if (said === 'no line') throw new TypeError('no line')
      return new Response(said === 200 ? 'a=ice-ufrag:theirs\r\na=ice-pwd:secret\r\n' : null, { status: said })
    }
    pages.push(headers['X-Page-Id'])
    const status = statuses.shift() ?? 201
    if (typeof status === 'object') {
      return new Response(JSON.stringify(status), { status: status.status, headers: status.retryAfter ? { 'Retry-After': status.retryAfter } : {} })
    }
    return new Response('answer', { status, headers: { Location: `/api/v1/whip/resources/${++resources}` } })
  })
  return { calls, pages, restarts, fetch: fetch as unknown as typeof globalThis.fetch }
}
