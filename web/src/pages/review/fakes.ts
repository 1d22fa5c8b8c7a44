// A recorded meeting for the tests of this folder: two people, of whom one came later and lacks a stretch.
import type { Integrity, Playback, ReviewDetail, Track } from '../../api/types'

export const track = (participant: string, segment: number, offset_ms: number, duration_ms: number, more: Partial<Track> = {}): Track => ({
  recording_id: `${participant}${segment}`, participant_id: participant, name: participant, role: 'guest', source: 'camera',
  segment, offset_ms, duration_ms, audio_error_ms: 4, video_error_ms: 12, url: '', gaps: [], ...more,
})

export const integrity = (more: Partial<Integrity> = {}): Integrity => ({
  checked_at: '2026-11-23T08:00:00Z', compared: { values: 120, not_told: 0 }, entries: 17, fault: null, head: 'ab'.repeat(32),
  recordings: ['Lin0', 'Zhou0'].map((id) => ({ id, clusters: 4, fault: null })), state: 'intact', ...more,
}) as Integrity

export const playback = (more: Partial<Playback> = {}): Playback => ({
  id: 'playback', session_id: 'session', starts_at: '2026-11-23T06:00:00Z', duration_ms: 60_000, integrity: integrity(),
  marks: [{ at_ms: 0, kind: 'session.opened', text: { 'zh-CN': 'opened', en: 'Opened' } }],
  missing: [{ participant_id: 'Lin', source: 'camera', from_ms: 30_000, to_ms: 32_000, cause: 'loss', medium: 'both', missing_ms: 2_000 }],
  tracks: [track('Lin', 0, 10_000, 40_000), track('Zhou', 0, 0, 60_000, { role: 'officer' })],
  ...more,
})

export const detail = { session_id: 'session', zone: 'Asia/Shanghai', entries: [], plays: 0, recordings: 2 } as unknown as ReviewDetail
