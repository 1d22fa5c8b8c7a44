// How good the connection is, from the browsers' statistics. Pure: reports come in as plain objects.

/** `down`: nothing comes back from the program at this moment. */
export type Quality = 'good' | 'fair' | 'poor' | 'down'
/** What is wrong: the way there, the way here, both for what takes long, a picture that halts, somebody who is not
 *  received, this machine, the line itself. The page has the words for it and for what to do. */
export type Wrong = 'loss_up' | 'loss_down' | 'delay' | 'halts' | 'not_received' | 'slow_machine' | 'line'
export type Advice = 'near_router' | 'audio_only' | 'other_programs' | 'wait'
export interface Verdict { quality: Quality; wrong: Wrong | null; advice: Advice | null }

const GOOD: Verdict = { quality: 'good', wrong: null, advice: null }

export interface Sample {
  /** Share of packets lost, 0–1, on the way to the program and from it; null when nothing was counted. */
  lossUp: number | null
  lossDown: number | null
  roundTripMs: number | null
  /** The browser lowers our picture because the machine cannot keep up. */
  slowMachine: boolean
  /** A picture that should move has stood still. */
  frozen: boolean
  /** For so many samples nothing has come back from the program; Infinity while the line is not there at all. */
  deaf: number
  /** Somebody whom one should see or hear is not received, for some time by now. */
  notReceived: boolean
}

export type Report = Record<string, unknown> & { type: string; id: string }
interface Counts { lost: number; received: number; frozen: number }
export type Before = Map<string, Counts>

const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const worse = (one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : Math.max(one, other)

/** Reads the reports of all connections of the call; `before` is kept between two readings. */
export function sampleOf(reports: Iterable<Report>, before: Before): Sample {
  const sample: Sample = { lossUp: null, lossDown: null, roundTripMs: null, slowMachine: false, frozen: false, deaf: 0, notReceived: false }
  for (const report of reports) {
    if (report.type === 'remote-inbound-rtp') {
      sample.lossUp = worse(sample.lossUp, number(report.fractionLost))
      const seconds = number(report.roundTripTime)
      sample.roundTripMs = worse(sample.roundTripMs, seconds === null ? null : seconds * 1000)
    } else if (report.type === 'outbound-rtp') {
      if (report.qualityLimitationReason === 'cpu') sample.slowMachine = true
    } else if (report.type === 'inbound-rtp') {
      const counts = {
        lost: number(report.packetsLost) ?? 0,
        received: number(report.packetsReceived) ?? 0,
        frozen: number(report.totalFreezesDuration) ?? 0,
      }
      const last = before.get(report.id)
      before.set(report.id, counts)
      if (!last) continue
      const lost = Math.max(0, counts.lost - last.lost)
      const all = lost + Math.max(0, counts.received - last.received)
      // a share of a handful of packets says nothing
      if (all >= 20) sample.lossDown = worse(sample.lossDown, lost / all)
      if (counts.frozen - last.frozen > 1) sample.frozen = true
    }
  }
  return sample
}

/** So long without an answer, in samples of a second: reports come every second, questions every few. */
const DEAF = 5

export function judge(sample: Sample): Verdict {
  const [up, down] = [sample.lossUp ?? 0, sample.lossDown ?? 0]
  const loss = Math.max(up, down)
  const wrong = up >= down ? 'loss_up' : 'loss_down'
  const roundTrip = sample.roundTripMs ?? 0
  if (sample.deaf >= DEAF) return { quality: 'down', wrong: 'line', advice: 'wait' }
  if (sample.notReceived) return { quality: 'poor', wrong: 'not_received', advice: 'wait' }
  if (loss > 0.08) return { quality: 'poor', wrong, advice: loss > 0.15 ? 'audio_only' : 'near_router' }
  if (roundTrip > 800) return { quality: 'poor', wrong: 'delay', advice: 'near_router' }
  if (sample.frozen) return { quality: 'poor', wrong: 'halts', advice: 'audio_only' }
  if (loss > 0.03) return { quality: 'fair', wrong, advice: 'near_router' }
  if (roundTrip > 400) return { quality: 'fair', wrong: 'delay', advice: 'near_router' }
  if (sample.slowMachine) return { quality: 'fair', wrong: 'slow_machine', advice: 'other_programs' }
  return GOOD
}

const RANK: Record<Quality, number> = { good: 0, fair: 1, poor: 2, down: 3 }
const WORSE_AFTER = 2
const BETTER_AFTER = 4

/**
 * A verdict that does not flicker: it gets worse after two samples that say so, and better after four. A line that is
 * down is told at once.
 */
export class SteadyQuality {
  verdict: Verdict = GOOD
  private run = 0

  add(sample: Sample): Verdict {
    const seen = judge(sample)
    const direction = Math.sign(RANK[seen.quality] - RANK[this.verdict.quality])
    if (direction === 0) {
      this.run = 0
      // as bad as before, for another reason by now
      if (seen.wrong !== this.verdict.wrong) this.verdict = seen
      return this.verdict
    }
    this.run = Math.sign(this.run) === direction ? this.run + direction : direction
    if (seen.quality === 'down' || this.run >= WORSE_AFTER || this.run <= -BETTER_AFTER) {
      this.verdict = seen
      this.run = 0
    }
    return this.verdict
  }
}

/** What has come back from the program by the reports of one connection: it grows while the line is there. */
export function heard(reports: Iterable<Report>): number {
  let all = 0
  for (const report of reports) {
    if (report.type === 'transport') all += number(report.bytesReceived) ?? 0
    if (report.type === 'candidate-pair') {
      for (const field of ['bytesReceived', 'responsesReceived', 'requestsReceived']) all += number(report[field]) ?? 0
    }
  }
  return all
}
