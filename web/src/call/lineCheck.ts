// The line, tried over the way that a meeting takes: a made-up picture and sound go to the program and come back, and the
// browser counts what becomes of them. Nothing of the person is sent, and the figures do not depend on what a camera sees.
import { gathered } from './link'
import type { Report } from './quality'
import { Tally, type LineFigures } from './tally'
import { VIDEO_BITS_PER_SECOND, preferVp8, type Tracks } from './whip'

export interface TestMedia { tracks: Tracks; stop: () => void }

export interface LineCheckPorts {
  makePeer: () => RTCPeerConnection
  makeMedia: () => TestMedia
  /** Takes both offers to the program and brings its answers. */
  offer: (publish: string, play: string) => Promise<{ publish: string; play: string }>
  pause: (ms: number) => Promise<void>
  now: () => number
}

/** So long may it take until media goes both ways. */
const CONNECT_MS = 7_000
/** A browser begins with little and sends more as it gets through. */
const RAMP_SECONDS = 4
const MEASURED_SECONDS = 6
const STEP_MS = 250

/** All there is where media does not get through. */
const NOT_THROUGH: LineFigures = { loss_up_permille: null, loss_down_permille: null, round_trip_ms: null, kbps_up: null, kbps_down: null, path: null }

/** Measures; throws what the program refuses. `onShare` hears how much of it is done, 0–1. */
export async function checkLine(ports: LineCheckPorts, onShare: (share: number) => void, over: () => boolean): Promise<LineFigures> {
  const media = ports.makeMedia()
  const [up, down] = [ports.makePeer(), ports.makePeer()]
  try {
    for (const kind of ['audio', 'video'] as const) {
      const sendEncodings = kind === 'video' ? [{ maxBitrate: VIDEO_BITS_PER_SECOND.camera }] : undefined
      const line = up.addTransceiver(media.tracks[kind] ?? kind, { direction: 'sendonly', ...(sendEncodings && { sendEncodings }) })
      if (kind === 'video') preferVp8(line)
      down.addTransceiver(kind, { direction: 'recvonly' })
    }
    const [publish, play] = await Promise.all([up, down].map(offerOf))
    const answers = await ports.offer(publish ?? '', play ?? '')
    await up.setRemoteDescription({ type: 'answer', sdp: answers.publish })
    await down.setRemoteDescription({ type: 'answer', sdp: answers.play })
    const all = CONNECT_MS / 4 + (RAMP_SECONDS + MEASURED_SECONDS) * 1_000
    for (let waited = 0; !(isUp(up) && isUp(down)); waited += STEP_MS) {
      if (over() || waited >= CONNECT_MS) return NOT_THROUGH
      onShare(Math.min(waited, CONNECT_MS / 4) / all)
      await ports.pause(STEP_MS)
    }
    const tally = new Tally()
    for (let second = 0; second <= RAMP_SECONDS + MEASURED_SECONDS && !over(); second++) {
      if (second) await ports.pause(1_000)
      onShare((CONNECT_MS / 4 + second * 1_000) / all)
      tally.add({ up: await statsOf(up), down: await statsOf(down) }, !isUp(up) || !isUp(down), ports.now())
      if (second === RAMP_SECONDS) tally.take()
    }
    const { seconds, down_seconds, worst_round_trip_ms: _worst, ...figures } = tally.take()
    // a line that went down while it was measured is none
    return down_seconds * 2 > seconds ? NOT_THROUGH : figures
  } finally {
    media.stop()
    up.close()
    down.close()
  }
}

const isUp = (peer: RTCPeerConnection) => peer.connectionState === 'connected'

async function offerOf(peer: RTCPeerConnection): Promise<string> {
  await peer.setLocalDescription(await peer.createOffer())
  await gathered(peer)
  return peer.localDescription?.sdp ?? ''
}

async function statsOf(peer: RTCPeerConnection): Promise<Report[]> {
  const stats = await peer.getStats().catch(() => undefined)
  return stats ? [...stats.values() as Iterable<Report>] : []
}

/** A picture of noise, which takes all the room that a picture may take, and a soft tone. */
export function madeUpMedia(): TestMedia {
  const canvas = document.createElement('canvas')
  const noise = document.createElement('canvas')
  canvas.width = noise.width = 640
  canvas.height = noise.height = 360
  const pen = canvas.getContext('2d')
  const grain = noise.getContext('2d')
  if (pen && grain) {
    const dots = grain.createImageData(noise.width, noise.height)
    dots.data.forEach((_, at) => (dots.data[at] = at % 4 === 3 ? 255 : Math.random() * 256))
    grain.putImageData(dots, 0, 0)
  }
  const draw = () => {
    const [left, top] = [-Math.random() * canvas.width, -Math.random() * canvas.height]
    for (const x of [left, left + canvas.width]) for (const y of [top, top + canvas.height]) pen?.drawImage(noise, x, y)
  }
  const timer = setInterval(draw, 50)
  draw()
  const context = typeof AudioContext === 'undefined' ? null : new AudioContext()
  const tone = context?.createOscillator()
  const sound = context?.createMediaStreamDestination()
  if (tone && sound) tone.connect(sound)
  tone?.start()
  // without a touch of the page it stays silent, and silence is sent as well
  void context?.resume().catch(() => {})
  const video = canvas.captureStream?.(20).getVideoTracks()[0] ?? null
  const audio = sound?.stream.getAudioTracks()[0] ?? null
  return {
    tracks: { audio, video },
    stop() {
      clearInterval(timer)
      for (const track of [audio, video]) track?.stop()
      void context?.close().catch(() => {})
    },
  }
}
