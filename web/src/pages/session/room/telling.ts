// Tells the program what the others are to see of our devices; only the latest counts.
import { computed, watch, type Ref } from 'vue'
import type { DeviceState } from '../../../call/devices'
import { wantsMedia, type CallState } from '../../../call/machine'
import type { OwnMedia } from './program'

export interface OwnSide {
  devices: Ref<DeviceState | undefined>
  picture: Ref<MediaStreamTrack | null>
  sound: Ref<MediaStreamTrack | null>
}

export function useTelling(state: Ref<CallState>, { devices, picture, sound }: OwnSide, tell: (id: string, own: OwnMedia) => Promise<unknown>) {
  const own = computed<OwnMedia>(() => ({
    // what the system holds back, as for a telephone call, sends nothing either
    microphone: !!devices.value?.microphone.on && !!sound.value && !devices.value.microphone.silent,
    camera: !!devices.value?.camera.on && !!picture.value && !devices.value.camera.silent,
  }))
  const toTell = computed(() => (wantsMedia(state.value) ? `${own.value.microphone}|${own.value.camera}` : ''))
  watch(toTell, (now) => {
    if (!now) return
    // it is told again with the next change; a lost one must not disturb the call
    tell(state.value.session?.id ?? '', { ...own.value }).catch(() => {})
  })
}
