// Playing: one publication of somebody else in one WHEP resource. Opened anew when the connection breaks and when it
// stands but nothing comes through any more, as after the other side has published again.
import { Link, type LinkPorts, type LinkState } from './link'

/** Muted people send silence, so even they send bytes; a line that carries nothing for this long is dead. */
const SILENT_SAMPLES = 6
const LONGEST_PATIENCE = 30

export class Player {
  readonly stream: MediaStream
  private readonly link: Link
  private bytes = 0
  private silent = 0
  private patience = SILENT_SAMPLES

  constructor(
    ports: LinkPorts,
    readonly publicationId: string,
    makeStream: () => MediaStream,
    onState: (state: LinkState) => void,
    /** Without it only the sound is asked for. */
    private video = true,
  ) {
    this.stream = makeStream()
    this.link = new Link(ports, {
      url: `/api/v1/whep/${publicationId}`,
      prepare: (peer) => {
        peer.addTransceiver('audio', { direction: 'recvonly' })
        if (this.video) peer.addTransceiver('video', { direction: 'recvonly' })
      },
      onPeer: (peer) => {
        this.silent = 0
        this.bytes = 0
        peer.ontrack = ({ track }) => this.take(track)
      },
      onState,
    })
  }

  get peer() {
    return this.link.peer
  }

  get state() {
    return this.link.state
  }

  open() {
    this.link.open()
  }

  /** With the picture or without, on a new connection. */
  setVideo(on: boolean) {
    if (this.video === on) return
    this.video = on
    for (const track of on ? [] : this.stream.getVideoTracks()) this.stream.removeTrack(track)
    this.link.reopen()
  }

  nudge() {
    this.link.nudge()
  }

  moved() {
    this.link.moved()
  }

  unheard() {
    this.link.unheard()
  }

  close(gone = false) {
    this.link.close(gone)
    for (const track of this.stream.getTracks()) this.stream.removeTrack(track)
  }

  /** Told once a second how many bytes have come in all. `expected`: the other side sends something. */
  sawBytes(total: number, expected: boolean) {
    if (this.link.state !== 'connected') return
    if (total !== this.bytes || !expected) {
      if (total > this.bytes) this.patience = SILENT_SAMPLES
      this.bytes = total
      this.silent = 0
      return
    }
    if (++this.silent < this.patience) return
    this.patience = Math.min(this.patience * 2, LONGEST_PATIENCE)
    this.link.reopen()
  }

  /** The stream object stays the same over new connections, so that the page's video element does too. */
  private take(track: MediaStreamTrack) {
    for (const old of this.stream.getTracks()) {
      if (old.kind === track.kind && old !== track) this.stream.removeTrack(old)
    }
    this.stream.addTrack(track)
  }
}
