// The media of one call: publishes our tracks and plays everybody else's, in line with the program's snapshots.
// Knows nothing of pages; tells through `events` what has changed.
import type { ApiError } from '../api/problem'
import type { Publication, Session } from '../api/types'
import type { LinkPorts, LinkState } from './link'
import type { MediaLink } from './machine'
import { SteadyQuality, sampleOf, type Before, type Verdict } from './quality'
import { Player } from './whep'
import { Publisher, type Kind, type Tracks } from './whip'

export interface Playing {
  publicationId: string
  participantId: string
  source: Publication['source']
  stream: MediaStream
  connected: boolean
  speaking: boolean
}

export interface CallEvents {
  media: (media: MediaLink) => void
  /** What we send is refused for good. */
  refused: (refusal: ApiError) => void
  playing: (playing: Playing[]) => void
  quality: (verdict: Verdict) => void
}

export interface CallPorts extends LinkPorts {
  makeStream: () => MediaStream
}

const SAMPLE_MS = 1_000
const LOUD = 0.02
/** Between two words somebody still speaks. */
const SPEAKS_FOR_SAMPLES = 2

interface Seat { player: Player; publication: Publication; speaking: number }

export class Call {
  private publisher: Publisher | null = null
  private seats = new Map<string, Seat>()
  private session: Session | null = null
  private readonly steady = new SteadyQuality()
  private readonly before: Before = new Map()
  private sampler: ReturnType<typeof setInterval> | undefined

  constructor(private readonly ports: CallPorts, private readonly events: CallEvents) {}

  start(session: Session, tracks: Tracks) {
    this.update(session)
    this.sampler = setInterval(() => void this.sample(), SAMPLE_MS)
    const follow = (state: LinkState) => {
      if (state !== 'closed') this.events.media(state)
    }
    this.publisher = new Publisher(this.ports, session.id, tracks, follow, (refusal) => this.events.refused(refusal))
    this.publisher.open()
  }

  /** Opens what has begun to be published and closes what has ended. */
  update(session: Session) {
    this.session = session
    const wanted = session.publications.filter((one) => one.live && one.participant_id !== session.me.id)
    for (const [id, seat] of this.seats) {
      if (wanted.some((one) => one.id === id)) continue
      seat.player.close(true)
      this.seats.delete(id)
    }
    for (const publication of wanted) {
      const seat = this.seats.get(publication.id)
      if (seat) seat.publication = publication
      else this.play(publication)
    }
    this.tell()
  }

  setTrack(kind: Kind, track: MediaStreamTrack | null) {
    this.publisher?.setTrack(kind, track)
  }

  /** The line is back: whoever waits to try again does so now. */
  nudge() {
    this.publisher?.nudge()
    for (const seat of this.seats.values()) seat.player.nudge()
  }

  /** `gone`: the program has ended everything itself. */
  stop(gone = false) {
    clearInterval(this.sampler)
    this.publisher?.close(gone)
    this.publisher = null
    for (const seat of this.seats.values()) seat.player.close(gone)
    this.seats.clear()
    this.tell()
  }

  private play(publication: Publication) {
    const onState = (_state: LinkState) => this.tell()
    const player = new Player(this.ports, publication.id, this.ports.makeStream, onState)
    this.seats.set(publication.id, { player, publication, speaking: 0 })
    player.open()
  }

  private tell() {
    this.events.playing([...this.seats.values()].map(({ player, publication, speaking }) => ({
      publicationId: publication.id,
      participantId: publication.participant_id,
      source: publication.source,
      stream: player.stream,
      connected: player.state === 'connected',
      speaking: speaking > 0,
    })))
  }

  private async sample() {
    const reports: Parameters<typeof sampleOf>[0][] = []
    const spoke: string[] = []
    const own = await this.publisher?.peer?.getStats().catch(() => undefined)
    if (own) reports.push([...statsOf(own)])
    for (const [id, seat] of this.seats) {
      const stats = await seat.player.peer?.getStats().catch(() => undefined)
      if (!stats) continue
      const inbound = [...statsOf(stats)].filter((report) => report.type === 'inbound-rtp')
      seat.player.sawBytes(sum(inbound, 'bytesReceived'), this.sends(seat.publication.participant_id))
      reports.push(inbound)
      const level = Math.max(0, ...inbound.map((report) => Number(report.audioLevel ?? 0)))
      const was = seat.speaking > 0
      seat.speaking = level > LOUD ? SPEAKS_FOR_SAMPLES : Math.max(0, seat.speaking - 1)
      if (was !== seat.speaking > 0) spoke.push(id)
    }
    if (!this.publisher) return
    this.events.quality(this.steady.add(sampleOf(reports.flatMap((some) => [...some]), this.before)))
    if (spoke.length) this.tell()
  }

  private sends(participantId: string): boolean {
    const person = this.session?.people.find((one) => one.id === participantId)
    return !!person && (person.microphone || person.camera)
  }
}

/** What the browser's types leave open. */
function statsOf(report: RTCStatsReport): Iterable<Record<string, unknown> & { type: string; id: string }> {
  return report.values()
}

function sum(reports: Record<string, unknown>[], field: string): number {
  return reports.reduce((total, report) => total + Number(report[field] ?? 0), 0)
}
