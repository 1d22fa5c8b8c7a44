// Camera, microphone and speaker of this device for a page: asked for once, chosen, given back when the page goes.
// What was chosen is kept on this device, so that nobody chooses twice.
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { LocalMedia, type ChosenDevices, type DeviceState } from '../../../call/devices'
import type { Kind } from '../../../call/whip'

const KEPT = 'mianqia.devices'

interface Kept extends ChosenDevices {
  speaker?: string
  /** They were looked at once and are all right. */
  checked?: boolean
}

/** What of the browser it needs. */
export interface BrowserPorts {
  devices: Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'> | undefined
  makeStream: () => MediaStream
  /** Asked for anew each time: in private mode even asking may fail. */
  store: () => Pick<Storage, 'getItem' | 'setItem'>
}

const store: BrowserPorts['store'] = () => localStorage
const thisBrowser = (): BrowserPorts => ({ devices: navigator.mediaDevices, makeStream: () => new MediaStream(), store })

function readKept(from: BrowserPorts['store']): Kept {
  try {
    return JSON.parse(from().getItem(KEPT) ?? '{}') as Kept
  } catch {
    return {}
  }
}

function keep(to: BrowserPorts['store'], more: Kept) {
  try {
    to().setItem(KEPT, JSON.stringify({ ...readKept(to), ...more }))
  } catch {
    // private mode: chosen anew the next time
  }
}

/** Whether the devices of this browser have been looked at before. */
export const devicesChecked = (from = store) => !!readKept(from).checked
export const noteDevicesChecked = (to = store) => keep(to, { checked: true })

export function useDevices(onTrack: (kind: Kind, track: MediaStreamTrack | null) => void = () => {}, ports = thisBrowser()) {
  const kept = readKept(ports.store)
  const devices = shallowRef<DeviceState>()
  const picture = shallowRef<MediaStreamTrack | null>(null)
  const sound = shallowRef<MediaStreamTrack | null>(null)
  const speakerId = ref(kept.speaker ?? '')
  const local = new LocalMedia(
    ports,
    (now) => (devices.value = now),
    (kind, track) => {
      onTrack(kind, track)
      picture.value = local.tracks.video
      sound.value = local.tracks.audio
    },
    kept,
  )
  devices.value = local.state

  let asked: Promise<void> | undefined
  /** Asks for camera and microphone, once until they are given back. */
  function startDevices(again = false): Promise<void> {
    if (again || !asked) asked = local.start()
    return asked
  }
  function stopDevices() {
    local.stop()
    asked = undefined
  }

  watch(() => [devices.value?.microphone.id, devices.value?.camera.id, speakerId.value], ([microphone, camera, speaker]) => {
    keep(ports.store, { ...(microphone && { microphone }), ...(camera && { camera }), ...(speaker && { speaker }) })
  })
  const onChange = () => void local.list()
  ports.devices?.addEventListener?.('devicechange', onChange)
  onScopeDispose(() => {
    ports.devices?.removeEventListener?.('devicechange', onChange)
    local.stop()
  })
  return { devices, local, picture, sound, speakerId, startDevices, stopDevices }
}

export type Devices = ReturnType<typeof useDevices>
