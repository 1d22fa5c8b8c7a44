// What one shows besides one's face, for a page: begun and ended by its buttons, sent while the call runs.
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { ApiError } from '../../../api/problem'
import type { DeviceState } from '../../../call/devices'
import { OwnShare, type Face, type SharePorts, type ShareSource, type ShareState, type Shared } from '../../../call/share'

/** What of the browser it needs. */
export type ShareBrowser = Omit<SharePorts, 'face'>

export function useSharing(
  devices: Ref<DeviceState | undefined>,
  face: Face,
  put: (shared: Shared | null) => void,
  refusal: Ref<ApiError | null>,
  browser: ShareBrowser,
) {
  const state = shallowRef<ShareState>()
  const own = new OwnShare({ ...browser, face }, (now) => {
    if (now.shared !== state.value?.shared) put(now.shared)
    state.value = now
  })
  const canScreen = own.canScreen && !browser.oneCamera
  /** Cameras that could lie over the papers: all but the one that shows the face. */
  const paperCameras = computed(() => (devices.value?.cameras ?? []).filter((one) => !face.isOn() || one.deviceId !== devices.value?.camera.id))
  const canDocument = computed(() => (devices.value?.cameras.length ?? 0) > 1)
  /** Several could be it: the person says which. */
  const choosing = ref(false)

  function start(source: ShareSource, camera = '') {
    choosing.value = false
    if (source === 'document' && !browser.oneCamera && !camera) {
      if (paperCameras.value.length !== 1) return void (choosing.value = true)
      camera = paperCameras.value[0]?.deviceId ?? ''
    }
    void own.start(source, camera)
  }
  const stop = () => void own.stop()

  // what nobody takes need not run on
  watch(refusal, (now) => now && stop())
  onScopeDispose(stop)
  return { state, shared: () => own.state.shared, canScreen, canDocument, paperCameras, choosing, start, stop }
}

export type Sharing = ReturnType<typeof useSharing>
