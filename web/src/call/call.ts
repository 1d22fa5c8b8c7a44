// The media of one call: publishes our tracks and plays everybody else's, in line with the program's snapshots.
// Knows nothing of pages; tells through `events` what has changed.
import type { ApiError } from '../api/problem'
import type { Publication, Session } from '../api/types'
import type { LinkPorts, LinkState } from './link'
import type { MediaLink } from './machine'
import type { Shared } from './share'
import { SteadyQuality, heard, judge, sampleOf, type Before, type Report, type Verdict } from './quality'
import { Tally, type LineReport, type Lines } from './tally'
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
  /** What we show besides our face is refused for good. */
  shareRefused: (refusal: ApiError) => void
  playing: (playing: Playing[]) => void
  quality: (verdict: Verdict) => void
  /** How all our lines were in the last half minute, and at the end once more. */
  line: (report: LineReport) => void
}

export interface CallPorts extends LinkPorts {
  makeStream: () => MediaStream
}

const SAMPLE_MS = 1_000
const LOUD = 0.02
/** Between two words somebody still speaks. */
const SPEAKS_FOR_SAMPLES = 2
/** A line that was lively and on which nothing comes back for so long is restarted: the program waits some 4 s for us. */
const RESTART_AFTER_SAMPLES = 2
const LIVELY_SAMPLES = 5
/** A line on which nothing comes back for so long is dead, whatever the browser still hopes. */
const DEAD_AFTER_SAMPLES = 8
/** After a sleep it most likely is: then so long, looked at for so long. */
const DEAD_AFTER_SLEEP_SAMPLES = 2
const HURRY_SAMPLES = 8
/** So often it is told how the lines were; what is left at the end is told if it is worth it. */
const TOLD_EVERY_SECONDS = 30
const WORTH_TELLING_SECONDS = 3
/** Whoever is not received for so long is missing. */
const MISSING_AFTER_SAMPLES = 4

interface Seat { player: Player; publication: Publication; speaking: number; missing: number }

export class Call {
  private publisher: Publisher | null = null
  private sharer: Publisher | null = null
  private seats = new Map<string, Seat>()
  private session: Session | null = null
  private readonly steady = new SteadyQuality()
  private readonly before: Before = new Map()
  private readonly tally = new Tally()
  private audioOnly = false
  /** What came back by the last sample, and for how many nothing has. */
  private heardBefore = -1
  private deaf = 0
  /** By how many in a row something has. */
  private lively = 0
  private hurry = 0
  private sampler: ReturnType<typeof setInterval> | undefined

  constructor(private readonly ports: CallPorts, private readonly events: CallEvents) {}

  start(session: Session, tracks: Tracks, shared: Shared | null = null) {
    this.update(session)
    this.sampler = setInterval(() => void this.sample(), SAMPLE_MS)
    const follow = (state: LinkState) => {
      if (state !== 'closed') this.events.media(state)
    }
    this.publisher = new Publisher(this.ports, session.id, tracks, follow, (refusal) => this.events.refused(refusal))
    this.publisher.open()
    this.share(shared)
  }

  /** What is shown besides the face, in place of what was, or nothing any more. */
  share(shared: Shared | null) {
    this.sharer?.close()
    this.sharer = null
    if (!shared || !this.publisher || !this.session) return
    const tracks = { audio: null, video: shared.track }
    this.sharer = new Publisher(this.ports, this.session.id, tracks, () => {}, (refusal) => this.events.shareRefused(refusal), shared.source)
    this.sharer.open()
  }

  /** Opens what has begun to be published and closes what has ended. */
  update(session: Session) {
    this.session = session
    const wanted = session.publications.filter((one) =>
      one.live && one.participant_id !== session.me.id && (one.source === 'camera' || !this.audioOnly))
    for (const [id, seat] of this.seats) {
      if (wanted.some((one) => one.id === id)) continue
      // what has ended has nothing more to be deleted
      seat.player.close(!session.publications.some((one) => one.id === id && one.live))
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

  /** Sound alone is asked for, and what is only to be seen not at all. What we send is the page's to take away. */
  setAudioOnly(on: boolean) {
    this.audioOnly = on
    for (const seat of this.seats.values()) if (seat.publication.source === 'camera') seat.player.setVideo(!on)
    if (this.session) this.update(this.session)
  }

  /** The machine slept, or the page was away: lines that seem to stand may be long gone. */
  wake() {
    this.hurry = HURRY_SAMPLES
    this.nudge()
  }

  /** The line is back: whoever waits to try again does so now. */
  nudge() {
    for (const line of this.lines()) line.nudge()
  }

  /** This machine is in another network. */
  moved() {
    for (const line of this.lines()) line.moved()
  }

  /** `gone`: the program has ended everything itself. */
  stop(gone = false) {
    clearInterval(this.sampler)
    if (this.publisher) this.tellLine(WORTH_TELLING_SECONDS)
    this.publisher?.close(gone)
    this.sharer?.close(gone)
    this.publisher = this.sharer = null
    for (const seat of this.seats.values()) seat.player.close(gone)
    this.seats.clear()
    this.tell()
  }

  private lines(): (Publisher | Player)[] {
    return [this.publisher, this.sharer, ...[...this.seats.values()].map(({ player }) => player)].filter((line) => !!line)
  }

  private play(publication: Publication) {
    const onState = (_state: LinkState) => this.tell()
    const player = new Player(this.ports, publication.id, this.ports.makeStream, onState, !this.audioOnly)
    this.seats.set(publication.id, { player, publication, speaking: 0, missing: 0 })
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
    const reports: Report[] = []
    const lines: Lines = {}
    const spoke: string[] = []
    const own = await this.statsOf(this.publisher)
    this.listenFor(own)
    Object.assign(lines, { own, shared: await this.statsOf(this.sharer) })
    reports.push(...own, ...lines.shared ?? [])
    for (const [id, seat] of this.seats) {
      seat.missing = seat.player.state === 'connected' ? 0 : seat.missing + 1
      const theirs = lines[id] = await this.statsOf(seat.player)
      const inbound = theirs.filter((report) => report.type === 'inbound-rtp')
      if (!seat.player.peer) continue
      seat.player.sawBytes(sum(inbound, 'bytesReceived'), this.sends(seat.publication))
      reports.push(...inbound)
      const level = Math.max(0, ...inbound.map((report) => Number(report.audioLevel ?? 0)))
      const was = seat.speaking > 0
      seat.speaking = level > LOUD ? SPEAKS_FOR_SAMPLES : Math.max(0, seat.speaking - 1)
      if (was !== seat.speaking > 0) spoke.push(id)
    }
    if (!this.publisher) return
    const notReceived = [...this.seats.values()].some((seat) => seat.missing >= MISSING_AFTER_SAMPLES && this.sends(seat.publication))
    const deaf = this.publisher.state === 'connected' ? this.deaf : Infinity
    const sample = { ...sampleOf(reports, this.before), deaf, notReceived }
    this.events.quality(this.steady.add(sample))
    this.tally.add(lines, judge(sample).quality === 'down', performance.now())
    this.tellLine(TOLD_EVERY_SECONDS)
    if (spoke.length) this.tell()
  }

  private tellLine(fromSeconds: number) {
    if (this.tally.seconds >= fromSeconds) this.events.line(this.tally.take())
  }

  /** Whether anything comes back on our own line; one that is dead is opened anew. */
  private listenFor(own: Report[]) {
    const now = heard(own)
    // reports without anything in them, as of a browser that counts none, say nothing
    const silent = this.publisher?.state === 'connected' && now > 0 && now === this.heardBefore
    if (!silent) this.lively = this.deaf ? 1 : this.lively + 1
    this.deaf = silent ? this.deaf + 1 : 0
    this.heardBefore = now
    const dead = this.hurry > 0 ? DEAD_AFTER_SLEEP_SAMPLES : DEAD_AFTER_SAMPLES
    this.hurry = Math.max(0, this.hurry - 1)
    // what plays comes by the same way
    if (this.deaf === RESTART_AFTER_SAMPLES && dead > this.deaf && this.lively >= LIVELY_SAMPLES) for (const line of this.lines()) line.unheard()
    if (this.deaf < dead || this.publisher?.restarting) return
    this.deaf = 0
    this.publisher?.reopen()
    this.sharer?.reopen()
  }

  private async statsOf(line: { peer: RTCPeerConnection | null } | null): Promise<Report[]> {
    const stats = await line?.peer?.getStats().catch(() => undefined)
    // what the browser's types leave open
    return stats ? [...stats.values() as Iterable<Report>] : []
  }

  private sends({ participant_id: participant, source, video }: Publication): boolean {
    if (source !== 'camera') return video === 'flowing'
    const person = this.session?.people.find((one) => one.id === participant)
    return !!person && (person.microphone || person.camera)
  }
}

function sum(reports: Record<string, unknown>[], field: string): number {
  return reports.reduce((total, report) => total + Number(report[field] ?? 0), 0)
}
