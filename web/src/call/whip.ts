// Publishing: one of our sources in one WHIP resource. Of the camera both lines exist from the start, so that a picture
// that is switched on later needs no new connection; what is shown besides has a picture only.
import type { ApiError } from '../api/problem'
import type { Source } from '../api/types'
import { Link, type LinkPorts, type LinkState } from './link'

export type Kind = 'audio' | 'video'
export type Tracks = Record<Kind, MediaStreamTrack | null>

/** Enough for a face and for a document held up to the camera; small print on a screen needs more. */
export const VIDEO_BITS_PER_SECOND: Record<Source, number> = { camera: 1_200_000, screen: 2_000_000, document: 2_000_000 }

export class Publisher {
  private senders: Partial<Record<Kind, RTCRtpSender>> = {}
  private readonly link: Link

  constructor(
    ports: LinkPorts,
    sessionId: string,
    private readonly tracks: Tracks,
    onState: (state: LinkState) => void,
    onRefused?: (refusal: ApiError) => void,
    private readonly source: Source = 'camera',
  ) {
    this.link = new Link(ports, {
      url: `/api/v1/whip/${sessionId}/${source}`,
      prepare: (peer) => this.prepare(peer),
      onState,
      onRefused,
      // By this the program tells two windows of one person apart: the newer one wins, and the older is told.
      headers: { 'X-Page-Id': pageId() },
    })
  }

  get peer() {
    return this.link.peer
  }

  open() {
    this.link.open()
  }

  get state() {
    return this.link.state
  }

  /** The line is dead, whatever the browser thinks: a new one. */
  reopen() {
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

  get restarting() {
    return this.link.restarting
  }

  close(gone = false) {
    this.link.close(gone)
  }

  /** Puts another track, or none, on a running line; a new connection starts with it too. */
  setTrack(kind: Kind, track: MediaStreamTrack | null) {
    this.tracks[kind] = track
    // a connection that closes at this moment takes the track at its next opening
    this.senders[kind]?.replaceTrack(track).catch(() => {})
  }

  private prepare(peer: RTCPeerConnection) {
    if (this.source === 'camera') this.senders.audio = this.line(peer, 'audio').sender
    const video = this.line(peer, 'video', [{ maxBitrate: VIDEO_BITS_PER_SECOND[this.source] }])
    this.senders.video = video.sender
    preferVp8(video)
  }

  private line(peer: RTCPeerConnection, kind: Kind, sendEncodings?: RTCRtpEncodingParameters[]) {
    return peer.addTransceiver(this.tracks[kind] ?? kind, { direction: 'sendonly', ...(sendEncodings && { sendEncodings }) })
  }
}

/** The recording is VP8. Other codecs stay in the offer behind it; browsers without the choice offer VP8 anyway. */
export function preferVp8(video: RTCRtpTransceiver) {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.('video')?.codecs
  if (!codecs || !video.setCodecPreferences) return
  const isVp8 = (codec: { mimeType: string }) => codec.mimeType.toLowerCase() === 'video/vp8'
  video.setCodecPreferences([...codecs.filter(isVp8), ...codecs.filter((codec) => !isVp8(codec))])
}

/** Random, and in the form of a UUID (version 4). `crypto.randomUUID` is missing in older browsers. */
function pageId(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map((byte, at) =>
    at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte)
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
