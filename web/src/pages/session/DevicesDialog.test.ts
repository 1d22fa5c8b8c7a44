import { nextTick } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { fakeRoom } from './fakeRoom'
import DevicesDialog from './DevicesDialog.vue'

const listed = (kind: MediaDeviceKind, ...ids: string[]) => ids.map((deviceId) => ({ kind, deviceId, label: deviceId })) as MediaDeviceInfo[]

describe('other devices while the call goes on', () => {
  async function draw() {
    const { room, parts } = fakeRoom()
    Object.assign(parts.local, { choose: vi.fn() })
    parts.devices.value = { ...parts.devices.value!, microphones: listed('audioinput', 'Headset', 'Built-in'), cameras: listed('videoinput', 'Cam') }
    const dialog = await show(DevicesDialog, { props: { room, modelValue: true }, areas: ['session'], language: 'en', stubs: { MicLevel: true } })
    const set = async (change: object) => {
      parts.devices.value = { ...parts.devices.value!, ...change }
      await nextTick()
    }
    return { dialog, set, now: () => parts.devices.value! }
  }

  it('say which one is used when the chosen one cannot be, and why', async () => {
    const { dialog, set, now } = await draw()
    expect(words(dialog)).not.toContain('is used now')
    await set({ microphone: { ...now().microphone, refused: 'busy', id: 'Built-in', label: 'Built-in' } })
    expect(words(dialog)).toContain('The one you chose cannot be used; "Built-in" is used now. The microphone is used by another program.')
    expect(dialog.find('select').element.value).toBe('Built-in')
  })

  it('say what is wrong when none can be used', async () => {
    const { dialog, set, now } = await draw()
    await set({ camera: { ...now().camera, problem: 'missing' } })
    expect(words(dialog)).toContain('No camera was found.')
    expect(words(dialog)).not.toContain('is used now')
    await set({ camera: { ...now().camera, on: false } })
    expect(words(dialog)).not.toContain('No camera was found.')
  })
})
