// Sound alone, for a line that carries no more: our picture and what we show are not sent, no picture is asked for.
import { ref } from 'vue'

export interface PictureSide {
  cameraIsOn: () => boolean
  setCamera: (on: boolean) => Promise<void>
  stopSharing: () => void
  /** Whether others' pictures are asked for. */
  receive: (pictures: boolean) => void
}

export function useAudioOnly({ cameraIsOn, setCamera, stopSharing, receive }: PictureSide) {
  const audioOnly = ref(false)
  let hadCamera = false

  /** Back from it, the camera is as it was. */
  async function setAudioOnly(on: boolean): Promise<void> {
    if (audioOnly.value === on) return
    audioOnly.value = on
    receive(!on)
    if (on) {
      hadCamera = cameraIsOn()
      stopSharing()
      await setCamera(false)
    } else if (hadCamera) await setCamera(true)
  }
  return { audioOnly, setAudioOnly }
}
