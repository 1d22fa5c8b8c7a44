import { describe, expect, it, vi } from 'vitest'
import { useAudioOnly } from './audioOnly'

function open(camera = true) {
  const side = { camera, cameraIsOn: () => side.camera, setCamera: vi.fn(async (on: boolean) => void (side.camera = on)), stopSharing: vi.fn(), receive: vi.fn() }
  return { side, ...useAudioOnly(side) }
}

describe('sound alone', () => {
  it('sends no picture, shows nothing and asks for none', async () => {
    const { side, setAudioOnly, audioOnly } = open()
    await setAudioOnly(true)
    expect([audioOnly.value, side.camera, side.stopSharing.mock.calls.length, side.receive.mock.calls]).toEqual([true, false, 1, [[false]]])
  })

  it('brings the camera back with the others’ pictures, if it was on before', async () => {
    for (const before of [true, false]) {
      const { side, setAudioOnly } = open(before)
      await setAudioOnly(true)
      await setAudioOnly(false)
      expect([side.camera, side.receive.mock.calls]).toEqual([before, [[false], [true]]])
    }
  })

  it('is one thing however often it is pressed', async () => {
    const { side, setAudioOnly } = open()
    await setAudioOnly(true)
    await setAudioOnly(true)
    expect(side.receive).toHaveBeenCalledTimes(1)
    await setAudioOnly(false)
    expect(side.camera).toBe(true)
  })
})
