// Camera, microphone and speaker of this device for a page: asked for once, chosen, given back when the page goes.
// What was chosen is kept on this device, so that nobody chooses twice.
import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { LocalMedia, type ChosenDevices, type DeviceState } from '../../call/devices'
import type { Kind } from '../../call/whip'

const KEPT = 'mianqia.devices'

interface Kept extends ChosenDevices {
  speaker?: string
  /** They were looked at once and are all right. */
  checked?: boolean
}

function readKept(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Kept
  } catch {
    return {}
  }
}

function keep(more: Kept) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...readKept(), ...more }))
  } catch {
    // private mode: chosen anew the next time
  }
}

/** Whether the devices of this browser have been looked at before. */
export const devicesChecked = () => !!readKept().checked
export const noteDevicesChecked = () => keep({ checked: true })

export function useDevices(onTrack: (kind: Kind, track: MediaStreamTrack | null) => void = () => {}) {
  const kept = readKept()
  const devices = shallowRef<DeviceState>()
  const picture = shallowRef<MediaStreamTrack | null>(null)
  const sound = shallowRef<MediaStreamTrack | null>(null)
  const speakerId = ref(kept.speaker ?? '')
  const makeStream = () => new MediaStream()
  const local = new LocalMedia(
    { devices: navigator.mediaDevices, makeStream },
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
    keep({ ...(microphone && { microphone }), ...(camera && { camera }), ...(speaker && { speaker }) })
  })
  const onChange = () => void local.list()
  navigator.mediaDevices?.addEventListener?.('devicechange', onChange)
  onBeforeUnmount(() => {
    navigator.mediaDevices?.removeEventListener?.('devicechange', onChange)
    local.stop()
  })
  return { devices, local, picture, sound, speakerId, startDevices, stopDevices }
}

export type Devices = ReturnType<typeof useDevices>
