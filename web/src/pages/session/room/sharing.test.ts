import { nextTick, ref, shallowRef } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ApiError } from '../../../api/problem'
import type { DeviceState } from '../../../call/devices'
import { FakeStream, FakeTrack } from '../../../call/fakes'
import { endScopes, refused, settled, within } from './fakes'
import { useSharing } from './sharing'

afterEach(endScopes)

const cameras = (...ids: string[]) => ids.map((deviceId) => ({ deviceId, label: deviceId })) as MediaDeviceInfo[]

function open(all: string[], { oneCamera = false, screen = true, faceOn = true } = {}) {
  const devices = ref({ cameras: cameras(...all), camera: { id: all[0] } } as DeviceState)
  const put = vi.fn()
  const refusal = shallowRef<ApiError | null>(null)
  const getUserMedia = vi.fn(async (_wanted: MediaStreamConstraints) => new FakeStream([new FakeTrack('video')]))
  const browser = { devices: { getUserMedia, ...(screen && { getDisplayMedia: getUserMedia }) } as never, oneCamera }
  const sharing = within(() => useSharing(devices, { isOn: () => faceOn, set: async () => {} }, put, refusal, browser))
  return { sharing, put, refusal, getUserMedia, devices }
}
const asked = (camera: string) => [{ video: expect.objectContaining({ deviceId: { exact: camera } }) }]

describe('the sharing of a page', () => {
  it('takes the one camera that does not show the face, without a question', async () => {
    const { sharing, put, getUserMedia } = open(['face', 'papers'])
    sharing.start('document')
    await settled()
    expect(getUserMedia.mock.calls).toEqual([asked('papers')])
    expect(put.mock.calls.at(-1)?.[0]).toMatchObject({ source: 'document' })
    sharing.stop()
    expect(put).toHaveBeenLastCalledWith(null)
  })

  it('asks which camera where several could be it', async () => {
    const { sharing, getUserMedia } = open(['face', 'papers', 'other'])
    sharing.start('document')
    expect([sharing.choosing.value, sharing.paperCameras.value.map((one) => one.deviceId)]).toEqual([true, ['papers', 'other']])
    expect(getUserMedia).not.toHaveBeenCalled()
    sharing.start('document', 'other')
    await settled()
    expect([sharing.choosing.value, getUserMedia.mock.calls]).toEqual([false, [asked('other')]])
  })

  it('counts the camera of the face too while that is off', () => {
    expect(open(['face', 'papers'], { faceOn: false }).sharing.paperCameras.value).toHaveLength(2)
  })

  it('offers papers with a second camera only, and no screen on a phone', () => {
    const offers = (...given: Parameters<typeof open>) => {
      const { sharing } = open(...given)
      return [sharing.canScreen, sharing.canDocument.value]
    }
    expect(offers(['face'])).toEqual([true, false])
    expect(offers(['face', 'papers'], { screen: false })).toEqual([false, true])
    expect(offers(['front', 'back'], { oneCamera: true })).toEqual([false, true])
  })

  it('asks nothing on a phone: it is the camera at the back', async () => {
    const { sharing, getUserMedia } = open(['front', 'back', 'wide'], { oneCamera: true })
    sharing.start('document')
    await settled()
    expect(getUserMedia.mock.calls[0]?.[0]).toEqual({ video: expect.objectContaining({ facingMode: { ideal: 'environment' } }) })
  })

  it('stops what the program does not take, and with the page', async () => {
    const { sharing, refusal, put } = open(['face', 'papers'])
    sharing.start('screen')
    await settled()
    refusal.value = refused('not_admitted', 403)
    await nextTick()
    expect(put).toHaveBeenLastCalledWith(null)
    sharing.start('screen')
    await settled()
    endScopes()
    expect(put).toHaveBeenLastCalledWith(null)
  })
})
