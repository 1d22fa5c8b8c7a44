// Camera and microphone of this device: asked for, chosen, muted, given back. A camera that is off is really off
// (its light too). Works with whatever is there: one of the two alone is enough to take part.
import type { Kind, Tracks } from './whip'

/** Why a device cannot be used: the page says what to do about it. */
export type DeviceProblem = 'denied' | 'missing' | 'busy' | 'unsupported' | 'failed'

interface OneDevice {
  on: boolean
  /** Why there is none. */
  problem: DeviceProblem | null
  /** The system or another program holds it back at this moment. */
  silent: boolean
  label: string
  id: string
  /** Why the one that was chosen last is not used, but another. */
  refused: DeviceProblem | null
}

export interface DeviceState {
  /** Being asked for at this moment; the browser may show a question. */
  asking: boolean
  /** `took`: it was taken for one that went. */
  microphone: OneDevice & { took: boolean }
  camera: OneDevice & { size: string; mirrored: boolean }
  microphones: MediaDeviceInfo[]
  cameras: MediaDeviceInfo[]
  speakers: MediaDeviceInfo[]
}

export interface ChosenDevices { microphone?: string; camera?: string }

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
    microphone: { on: true, problem: null, silent: false, label: '', id: '', refused: null, took: false },
    camera: { on: true, problem: null, silent: false, label: '', id: '', refused: null, size: '', mirrored: true },
    microphones: [],
    cameras: [],
    speakers: [],
  }
  private facing: 'user' | 'environment' = 'user'
  private stopped = false
  /** Which ones were used last. */
  private readonly used: Record<Kind, string> = { audio: '', video: '' }

  constructor(
    private readonly ports: DevicePorts,
    private readonly onState: (state: DeviceState) => void,
    /** A line carries another track, or none, from now on. */
    private readonly onTrack: (kind: Kind, track: MediaStreamTrack | null) => void,
    /** The devices that were chosen here the last time. */
    chosen: ChosenDevices = {},
  ) {
    this.stream = ports.makeStream()
    this.state.microphone.id = chosen.microphone ?? ''
    this.state.camera.id = chosen.camera ?? ''
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
    this.tell({ asking: true, microphone: { refused: null }, camera: { refused: null } })
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
    const name = nameOf(kind)
    const before = this.used[kind]
    if (kind === 'audio') this.tell({ microphone: { id, refused: null, took: false } })
    else this.tell({ camera: { id, refused: null, on: true } })
    // some devices open only one camera at a time
    this.remove(kind)
    // exactly: what is only wished for gives way to the system's own choice
    const problem = await this.take(kind, id ? exactly(kind, id) : this.want(kind))
    if (!problem) return this.tell({ [name]: { problem } })
    // left, switched off, or chosen otherwise while the browser was asking
    const over = () => this.stopped || !!this.tracks[kind] || this.state[name].id !== id || (kind === 'video' && !this.state.camera.on)
    for (const want of this.insteadOf(kind, id, before)) {
      if (over()) return
      if (!(await this.take(kind, want))) return this.tell({ [name]: { problem: null, refused: problem } })
    }
    if (!over()) this.tell({ [name]: { problem } })
  }

  /** What was used before. Another camera may show what nobody meant to show: the system chooses a first one only. */
  private insteadOf(kind: Kind, id: string, before: string): MediaTrackConstraints[] {
    const same = before && before !== id ? [exactly(kind, before)] : []
    return kind === 'audio' || !before ? [...same, this.want(kind, '')] : same
  }

  /** Front or back, for holding a paper up to the camera. */
  async flip(): Promise<void> {
    this.facing = this.facing === 'user' ? 'environment' : 'user'
    const others = this.state.cameras.filter((one) => one.deviceId !== this.state.camera.id)
    // without names of the sides, the other camera is simply the next one
    const sides = this.tracks.video?.getSettings().facingMode
    await this.choose('video', sides ? '' : (others[0]?.deviceId ?? ''))
    // it is still the other side that is shown
    if (this.state.camera.refused) this.facing = this.facing === 'user' ? 'environment' : 'user'
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
    // a headset that has gone flat is off the list, and its track may say nothing
    const { audio } = this.tracks
    const { microphones, microphone } = this.state
    if (!audio || !microphone.id || !microphones.length || microphones.some((one) => one.deviceId === microphone.id)) return
    audio.onended = audio.onmute = audio.onunmute = null
    audio.stop()
    await this.lost('audio', audio)
  }

  private async ask(kind: Kind, want = this.want(kind)): Promise<void> {
    this.tell({ [nameOf(kind)]: { problem: await this.take(kind, want) } })
  }

  /** Why it could not be had. */
  private async take(kind: Kind, want: MediaTrackConstraints): Promise<DeviceProblem | null> {
    try {
      if (!this.ports.devices) throw new DOMException('', 'NotSupportedError')
      this.put(await this.ports.devices.getUserMedia({ [kind]: want }))
      return null
    } catch (caught) {
      return problemOf(caught)
    }
  }

  private want(kind: Kind, id = this.state[nameOf(kind)].id): MediaTrackConstraints {
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
      track.onended = () => void this.lost(kind, track)
      track.onmute = track.onunmute = () => this.tell({ [nameOf(kind)]: { silent: track.muted } })
      this.stream.addTrack(track)
      this.onTrack(kind, track)
      this.describe(kind, track)
    }
  }

  private describe(kind: Kind, track: MediaStreamTrack) {
    const settings = track.getSettings()
    const common = { label: track.label, id: settings.deviceId ?? '', silent: track.muted }
    this.used[kind] = common.id
    if (kind === 'audio') return this.tell({ microphone: common })
    const size = settings.width && settings.height ? `${settings.width}×${settings.height}` : ''
    this.tell({ camera: { ...common, size, mirrored: settings.facingMode !== 'environment' } })
  }

  private remove(kind: Kind, tellLine = true) {
    const track = this.tracks[kind]
    if (!track) return
    track.onended = track.onmute = track.onunmute = null
    track.stop()
    this.stream.removeTrack(track)
    if (tellLine) this.onTrack(kind, null)
  }

  /** Pulled out, or taken by another program. Somebody whose headset went is heard by the next microphone. */
  private async lost(kind: Kind, track: MediaStreamTrack): Promise<void> {
    const gone = this.state[nameOf(kind)].id
    this.stream.removeTrack(track)
    this.onTrack(kind, null)
    this.tell({ [nameOf(kind)]: { problem: 'missing', silent: false, refused: null } })
    await this.list()
    // another camera may show what nobody meant to show: it is for the person to choose
    const next = kind === 'audio' ? this.state.microphones.find((one) => one.deviceId !== gone) : undefined
    if (!next || this.stopped || this.tracks.audio) return
    await this.ask('audio', exactly('audio', next.deviceId))
    this.tell({ microphone: { took: !!this.tracks.audio } })
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

const exactly = (kind: Kind, id: string): MediaTrackConstraints => ({ ...(kind === 'audio' ? AUDIO : VIDEO), deviceId: { exact: id } })
const nameOf = (kind: Kind) => (kind === 'audio' ? 'microphone' : 'camera')

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
