// What somebody shows besides their face: the screen, or papers under a second camera (of a phone: the one at its
// back). One of the two at a time. It ends by our button, by the browser's own, or with the device.
import type { Source } from '../api/types'
import { problemOf, type DeviceProblem } from './devices'

export type ShareSource = Exclude<Source, 'camera'>

/** What is sent of it. */
export interface Shared { source: ShareSource; track: MediaStreamTrack }

export interface ShareState {
  shared: Shared | null
  /** Being asked for at this moment; the browser shows its question. */
  asking: ShareSource | null
  /** Why the last one did not begin. */
  problem: { source: ShareSource; why: DeviceProblem } | null
  /** The last one ended without our button. */
  ended: boolean
}

/** One's face, which on a phone has to make way for the other camera. */
export interface Face {
  isOn: () => boolean
  set: (on: boolean) => Promise<void>
}

export interface SharePorts {
  devices: (Pick<MediaDevices, 'getUserMedia'> & Partial<Pick<MediaDevices, 'getDisplayMedia'>>) | undefined
  /** One camera at a time, and the other one is at the back: a phone. */
  oneCamera: boolean
  face: Face
}

/** Papers are to be read: size before smoothness. */
const PAPERS: MediaTrackConstraints = { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 15, max: 30 } }
const SCREEN: MediaTrackConstraints = { frameRate: { ideal: 10, max: 15 } }

export class OwnShare {
  state: ShareState = { shared: null, asking: null, problem: null, ended: false }
  private tookFace = false
  /** Counts what was asked for: an answer to what is not wanted any more is given back. */
  private turn = 0

  constructor(private readonly ports: SharePorts, private readonly onState: (state: ShareState) => void) {}

  get canScreen(): boolean {
    return !!this.ports.devices?.getDisplayMedia
  }

  /** `camera`: which one lies over the papers; not needed on a phone. What runs goes on until the new one is there. */
  async start(source: ShareSource, camera = ''): Promise<void> {
    const turn = ++this.turn
    this.tell({ asking: source, problem: null, ended: false })
    try {
      const track = source === 'screen' ? await this.askScreen() : await this.askPapers(camera)
      if (turn !== this.turn) {
        track?.stop()
        return
      }
      if (!track) throw new DOMException('', 'NotFoundError')
      this.letGo()
      track.contentHint = source === 'screen' ? 'text' : 'detail'
      track.onended = () => this.lost(track)
      this.tell({ shared: { source, track }, asking: null })
      if (source === 'screen') await this.giveFaceBack()
    } catch (caught) {
      if (turn !== this.turn) return
      this.tell({ asking: null, problem: { source, why: problemOf(caught) } })
      if (this.state.shared?.source !== 'document') await this.giveFaceBack()
    }
  }

  async stop(): Promise<void> {
    this.turn += 1
    this.letGo()
    this.tell({ shared: null, asking: null, problem: null, ended: false })
    await this.giveFaceBack()
  }

  private async askScreen(): Promise<MediaStreamTrack | undefined> {
    const { devices } = this.ports
    if (!devices?.getDisplayMedia) throw new DOMException('', 'NotSupportedError')
    // a picture of the call in the call would go on for ever
    const wanted = { video: SCREEN, audio: false, selfBrowserSurface: 'exclude', surfaceSwitching: 'include' } as DisplayMediaStreamOptions
    return (await devices.getDisplayMedia(wanted)).getVideoTracks()[0]
  }

  private async askPapers(camera: string): Promise<MediaStreamTrack | undefined> {
    const { devices, oneCamera, face } = this.ports
    if (!devices) throw new DOMException('', 'NotSupportedError')
    const which = camera ? { deviceId: { exact: camera } } : { facingMode: { ideal: 'environment' } }
    const ask = async () => (await devices.getUserMedia({ video: { ...PAPERS, ...which } })).getVideoTracks()[0]
    if (oneCamera) await this.takeFace()
    try {
      return await ask()
    } catch (caught) {
      // some machines open one camera at a time too
      if (problemOf(caught) !== 'busy' || !face.isOn()) throw caught
      await this.takeFace()
      return ask()
    }
  }

  private async takeFace(): Promise<void> {
    if (!this.ports.face.isOn()) return
    this.tookFace = true
    await this.ports.face.set(false)
  }

  private async giveFaceBack(): Promise<void> {
    if (!this.tookFace) return
    this.tookFace = false
    await this.ports.face.set(true)
  }

  private lost(track: MediaStreamTrack) {
    if (this.state.shared?.track !== track) return
    this.letGo()
    this.tell({ shared: null, ended: true })
    void this.giveFaceBack()
  }

  private letGo() {
    const track = this.state.shared?.track
    if (!track) return
    track.onended = null
    track.stop()
  }

  private tell(change: Partial<ShareState>) {
    this.state = { ...this.state, ...change }
    this.onState(this.state)
  }
}
