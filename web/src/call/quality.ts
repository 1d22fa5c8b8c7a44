// How good the connection is, from the browsers' statistics. Pure: reports come in as plain objects.

export type Quality = 'good' | 'fair' | 'poor'
/** What to do about it; the page has the words. */
export type Advice = 'near_router' | 'camera_off' | 'other_programs'
export interface Verdict { quality: Quality; advice: Advice | null }

export interface Sample {
  /** Share of packets lost, 0–1, the worse of both directions; null when nothing was counted. */
  loss: number | null
  roundTripMs: number | null
  /** The browser lowers our picture because the machine cannot keep up. */
  slowMachine: boolean
  /** A picture that should move has stood still. */
  frozen: boolean
}

type Report = Record<string, unknown> & { type: string; id: string }
interface Counts { lost: number; received: number; frozen: number }
export type Before = Map<string, Counts>

const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const worse = (one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : Math.max(one, other)

/** Reads the reports of all connections of the call; `before` is kept between two readings. */
export function sampleOf(reports: Iterable<Report>, before: Before): Sample {
  const sample: Sample = { loss: null, roundTripMs: null, slowMachine: false, frozen: false }
  for (const report of reports) {
    if (report.type === 'remote-inbound-rtp') {
      sample.loss = worse(sample.loss, number(report.fractionLost))
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
      if (all >= 20) sample.loss = worse(sample.loss, lost / all)
      if (counts.frozen - last.frozen > 1) sample.frozen = true
    }
  }
  return sample
}

export function judge(sample: Sample): Verdict {
  const loss = sample.loss ?? 0
  const roundTrip = sample.roundTripMs ?? 0
  if (loss > 0.08 || roundTrip > 800) return { quality: 'poor', advice: loss > 0.15 ? 'camera_off' : 'near_router' }
  if (sample.frozen) return { quality: 'poor', advice: 'camera_off' }
  if (loss > 0.03 || roundTrip > 400) return { quality: 'fair', advice: 'near_router' }
  if (sample.slowMachine) return { quality: 'fair', advice: 'other_programs' }
  return { quality: 'good', advice: null }
}

const RANK: Record<Quality, number> = { good: 0, fair: 1, poor: 2 }
const WORSE_AFTER = 2
const BETTER_AFTER = 4

/** A verdict that does not flicker: it gets worse after two samples that say so, and better after four. */
export class SteadyQuality {
  verdict: Verdict = { quality: 'good', advice: null }
  private run = 0

  add(sample: Sample): Verdict {
    const seen = judge(sample)
    const direction = Math.sign(RANK[seen.quality] - RANK[this.verdict.quality])
    if (direction === 0) {
      this.run = 0
      return this.verdict
    }
    this.run = Math.sign(this.run) === direction ? this.run + direction : direction
    if (this.run >= WORSE_AFTER || this.run <= -BETTER_AFTER) {
      this.verdict = seen
      this.run = 0
    }
    return this.verdict
  }
}
