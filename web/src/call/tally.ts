// What a line did over a while, from the browsers' statistics. Pure: reports and the time come in.
import type { Report } from './quality'

/** As the program takes them: losses in a thousand packets; null is what nothing was measured of. */
export interface LineFigures {
  loss_up_permille: number | null
  loss_down_permille: number | null
  round_trip_ms: number | null
  kbps_up: number | null
  kbps_down: number | null
  /** By what media goes: straight, or by a relay. */
  path: 'udp' | 'tcp' | 'relay' | null
}

export interface LineReport extends LineFigures {
  seconds: number
  down_seconds: number
  worst_round_trip_ms: number | null
}

/** The reports of each connection by a name of its own: the same id may stand for things of two connections. */
export type Lines = Record<string, Report[]>

const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : 0)
/** Losses of a handful of packets say nothing. */
const ENOUGH_PACKETS = 50
/** A machine that slept measured nothing meanwhile; more the program does not take. */
const LONGEST_SECONDS = 120

export class Tally {
  private last: number | null = null
  /** What each counter stood at. */
  private readonly before = new Map<string, number>()
  private sum = this.empty()

  /** How long it has been measured since the last report. */
  get seconds() {
    return this.sum.ms / 1_000
  }

  /** `down`: nothing comes back at this moment. Between two samples nothing else is counted than what grew. */
  add(lines: Lines, down: boolean, now: number) {
    const { sum } = this
    const passed = this.last === null ? 0 : Math.max(0, now - this.last)
    this.last = now
    sum.ms += passed
    if (down) sum.downMs += passed
    const trips: number[] = []
    for (const [name, reports] of Object.entries(lines)) {
      const sent = new Map<string, number>()
      const grown = (report: Report, field: string) => this.grown(`${name} ${report.id} ${field}`, report[field])
      for (const report of reports) {
        if (report.type === 'outbound-rtp') {
          sent.set(report.id, grown(report, 'packetsSent'))
          sum.bytesUp += grown(report, 'bytesSent')
        } else if (report.type === 'inbound-rtp') {
          sum.lostDown += grown(report, 'packetsLost')
          sum.packetsDown += grown(report, 'packetsReceived')
          sum.bytesDown += grown(report, 'bytesReceived')
        }
      }
      for (const report of reports) {
        if (report.type !== 'remote-inbound-rtp') continue
        // what the program counted last, of what was sent since
        const packets = sent.get(String(report.localId)) ?? 0
        sum.packetsUp += packets
        sum.lostUp += packets * number(report.fractionLost)
        if (number(report.roundTripTime)) trips.push(number(report.roundTripTime))
      }
      const pair = selected(reports)
      if (!pair) continue
      if (!trips.length && number(pair.currentRoundTripTime)) trips.push(number(pair.currentRoundTripTime))
      if (!down) sum.paths.add(pathOf(pair, reports))
    }
    if (trips.length && !down) sum.trips.push(Math.max(...trips) * 1_000)
  }

  /** What it was since the last time, and begins anew. */
  take(): LineReport {
    const { sum } = this
    this.sum = this.empty()
    const seconds = sum.ms / 1_000
    const permille = (lost: number, all: number) => (all < ENOUGH_PACKETS ? null : Math.min(1_000, Math.round((lost / all) * 1_000)))
    const kbps = (bytes: number) => (seconds < 1 ? null : Math.round((bytes * 8) / 1_000 / seconds))
    const trips = sum.trips.map(Math.round).sort((one, other) => one - other)
    const through = sum.paths.size > 0
    return {
      seconds: Math.min(LONGEST_SECONDS, Math.round(seconds)),
      down_seconds: Math.min(LONGEST_SECONDS, Math.round(sum.downMs / 1_000)),
      loss_up_permille: permille(sum.lostUp, sum.packetsUp),
      loss_down_permille: permille(sum.lostDown, sum.lostDown + sum.packetsDown),
      round_trip_ms: trips[Math.floor(trips.length / 2)] ?? null,
      worst_round_trip_ms: trips.at(-1) ?? null,
      kbps_up: through ? kbps(sum.bytesUp) : null,
      kbps_down: through ? kbps(sum.bytesDown) : null,
      path: (['tcp', 'relay', 'udp'] as const).find((path) => sum.paths.has(path)) ?? null,
    }
  }

  /** By how much a counter has grown; what is new, or was set back, begins at nothing. */
  private grown(key: string, value: unknown): number {
    const now = number(value)
    const before = this.before.get(key)
    this.before.set(key, now)
    return before === undefined ? 0 : Math.max(0, now - before)
  }

  private empty() {
    return {
      ms: 0, downMs: 0, lostUp: 0, packetsUp: 0, lostDown: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0,
      trips: [] as number[], paths: new Set<NonNullable<LineFigures['path']>>(),
    }
  }
}

/** The pair of candidates by which media goes. Firefox marks it itself, others by their transport. */
function selected(reports: Report[]): Report | undefined {
  const chosen = reports.find(({ type }) => type === 'transport')?.selectedCandidatePairId
  const pairs = reports.filter(({ type }) => type === 'candidate-pair')
  return pairs.find(({ id }) => id === chosen) ?? pairs.find((pair) => pair.selected === true)
    ?? pairs.find((pair) => pair.nominated === true && pair.state === 'succeeded')
}

function pathOf(pair: Report, reports: Report[]): NonNullable<LineFigures['path']> {
  const local = reports.find(({ id }) => id === pair.localCandidateId)
  if (local?.candidateType === 'relay') return 'relay'
  return local?.protocol === 'tcp' ? 'tcp' : 'udp'
}
