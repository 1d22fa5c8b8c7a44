// Camera and microphone of this device: asked for, chosen, muted, given back. A camera that is off is really off
// (its light too). Works with whatever is there: one of the two alone is enough to take part.
import type { Kind, Tracks } from './whip'

/** Why a device cannot be used: the page says what to do about it. */
export type DeviceProblem = 'denied' | 'missing' | 'busy' | 'unsupported' | 'failed'

export interface DeviceState {
  /** Being asked for at this moment; the browser may show a question. */
  asking: boolean
  microphone: { on: boolean; problem: DeviceProblem | null; label: string; id: string }
  camera: { on: boolean; problem: DeviceProblem | null; label: string; id: string; size: string; mirrored: boolean }
  microphones: MediaDeviceInfo[]
  cameras: MediaDeviceInfo[]
  speakers: MediaDeviceInfo[]
}

export interface DevicePorts {
  devices: Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'> | undefined
  makeStream: () => MediaStream
}

const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } }
const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

export class LocalMedia {
  readonly stream: MediaStream
  state: DeviceState = {
    asking: false,
    microphone: { on: true, problem: null, label: '', id: '' },
    camera: { on: true, problem: null, label: '', id: '', size: '', mirrored: true },
    microphones: [],
    cameras: [],
    speakers: [],
  }
  private facing: 'user' | 'environment' = 'user'
  private stopped = false

  constructor(
    private readonly ports: DevicePorts,
    private readonly onState: (state: DeviceState) => void,
    /** A line carries another track, or none, from now on. */
    private readonly onTrack: (kind: Kind, track: MediaStreamTrack | null) => void,
  ) {
    this.stream = ports.makeStream()
  }

  get tracks(): Tracks {
    return { audio: this.stream.getAudioTracks()[0] ?? null, video: this.stream.getVideoTracks()[0] ?? null }
  }

  get ready(): boolean {
    return !!this.tracks.audio || !!this.tracks.video
  }

  /** Asks for both at once (one question for the person); when that fails, for each alone. */
  async start(): Promise<void> {
    this.stopped = false
    const { devices } = this.ports
    if (!devices) return this.tell({ microphone: { problem: 'unsupported' }, camera: { problem: 'unsupported' } })
    this.tell({ asking: true })
    const { microphone, camera } = this.state
    try {
      if (!camera.on || !microphone.on) throw new Error('one by one')
      this.put(await devices.getUserMedia({ audio: this.want('audio'), video: this.want('video') }))
      this.tell({ microphone: { problem: null }, camera: { problem: null } })
    } catch {
      await this.ask('audio')
      if (camera.on) await this.ask('video')
    }
    await this.list()
    this.tell({ asking: false })
  }

  setMicrophone(on: boolean) {
    const track = this.tracks.audio
    if (track) track.enabled = on
    this.tell({ microphone: { on } })
    if (on && !track) void this.ask('audio')
  }

  async setCamera(on: boolean): Promise<void> {
    this.tell({ camera: { on } })
    if (on) await this.ask('video')
    else this.remove('video')
  }

  async choose(kind: Kind, id: string): Promise<void> {
    if (kind === 'audio') this.tell({ microphone: { id } })
    else this.tell({ camera: { id, on: true } })
    // some devices open only one camera at a time
    this.remove(kind)
    await this.ask(kind)
  }

  /** Front or back, for holding a paper up to the camera. */
  async flip(): Promise<void> {
    this.facing = this.facing === 'user' ? 'environment' : 'user'
    const others = this.state.cameras.filter((one) => one.deviceId !== this.state.camera.id)
    // without names of the sides, the other camera is simply the next one
    const sides = this.tracks.video?.getSettings().facingMode
    await this.choose('video', sides ? '' : (others[0]?.deviceId ?? ''))
  }

  stop() {
    this.stopped = true
    this.remove('audio')
    this.remove('video')
  }

  /** Devices were plugged in or pulled out. */
  async list(): Promise<void> {
    const all = await this.ports.devices?.enumerateDevices().catch(() => []) ?? []
    const of = (kind: MediaDeviceKind) => all.filter((one) => one.kind === kind && one.deviceId)
    this.tell({ microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') })
  }

  private async ask(kind: Kind): Promise<void> {
    const name = kind === 'audio' ? 'microphone' : 'camera'
    try {
      if (!this.ports.devices) throw new DOMException('', 'NotSupportedError')
      this.put(await this.ports.devices.getUserMedia({ [kind]: this.want(kind) }))
      this.tell({ [name]: { problem: null } })
    } catch (caught) {
      this.tell({ [name]: { problem: problemOf(caught) } })
    }
  }

  private want(kind: Kind): MediaTrackConstraints {
    const { id } = kind === 'audio' ? this.state.microphone : this.state.camera
    const device = id ? { deviceId: { ideal: id } } : {}
    if (kind === 'audio') return { ...AUDIO, ...device }
    return { ...VIDEO, ...(id ? device : { facingMode: { ideal: this.facing } }) }
  }

  private put(got: MediaStream) {
    for (const track of got.getTracks()) {
      // left or switched off while the browser was asking
      if (this.stopped || (track.kind === 'video' && !this.state.camera.on)) {
        track.stop()
        continue
      }
      const kind = track.kind as Kind
      this.remove(kind, false)
      if (kind === 'audio') track.enabled = this.state.microphone.on
      track.onended = () => this.lost(kind, track)
      this.stream.addTrack(track)
      this.onTrack(kind, track)
      this.describe(kind, track)
    }
  }

  private describe(kind: Kind, track: MediaStreamTrack) {
    const settings = track.getSettings()
    const common = { label: track.label, id: settings.deviceId ?? '' }
    if (kind === 'audio') return this.tell({ microphone: common })
    const size = settings.width && settings.height ? `${settings.width}×${settings.height}` : ''
    this.tell({ camera: { ...common, size, mirrored: settings.facingMode !== 'environment' } })
  }

  private remove(kind: Kind, tellLine = true) {
    const track = this.tracks[kind]
    if (!track) return
    track.onended = null
    track.stop()
    this.stream.removeTrack(track)
    if (tellLine) this.onTrack(kind, null)
  }

  /** Pulled out, or taken by another program. */
  private lost(kind: Kind, track: MediaStreamTrack) {
    this.stream.removeTrack(track)
    this.onTrack(kind, null)
    this.tell({ [kind === 'audio' ? 'microphone' : 'camera']: { problem: 'missing' } })
    void this.list()
  }

  private tell(change: {
    asking?: boolean
    microphone?: Partial<DeviceState['microphone']>
    camera?: Partial<DeviceState['camera']>
    microphones?: MediaDeviceInfo[]
    cameras?: MediaDeviceInfo[]
    speakers?: MediaDeviceInfo[]
  }) {
    const { microphone, camera } = this.state
    this.state = {
      ...this.state,
      ...change,
      microphone: { ...microphone, ...change.microphone },
      camera: { ...camera, ...change.camera },
    }
    this.onState(this.state)
  }
}

export function problemOf(caught: unknown): DeviceProblem {
  switch ((caught as { name?: string } | null)?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    case 'NotSupportedError':
    case 'TypeError':
      return 'unsupported'
    default:
      return 'failed'
  }
}
