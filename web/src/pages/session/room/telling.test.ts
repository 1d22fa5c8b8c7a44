import { nextTick, ref, shallowRef } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { DeviceState } from '../../../call/devices'
import { session } from '../../../call/fakes'
import { START, next } from '../../../call/machine'
import { endScopes, within } from './fakes'
import { useTelling } from './telling'

afterEach(endScopes)

const devices = (microphone: boolean, camera: boolean, silent = false) =>
  ({ microphone: { on: microphone }, camera: { on: camera, silent } }) as DeviceState
const track = {} as MediaStreamTrack
const at = (state: 'waiting' | 'open', mine: 'waiting' | 'admitted') => next(START, { type: 'entered', session: session(state, mine) })

function open(tell = vi.fn(async () => {})) {
  const state = shallowRef(at('waiting', 'waiting'))
  const own = { devices: shallowRef<DeviceState | undefined>(devices(true, true)), picture: shallowRef<MediaStreamTrack | null>(track), sound: ref<MediaStreamTrack | null>(track) }
  within(() => useTelling(state, own as never, tell))
  return { state, own, tell }
}

describe('what the others see of our devices', () => {
  it('is told once one is inside, and with each change', async () => {
    const { state, own, tell } = open()
    await nextTick()
    expect(tell).not.toHaveBeenCalled()
    state.value = at('open', 'admitted')
    await nextTick()
    own.devices.value = devices(false, true)
    await nextTick()
    expect(tell.mock.calls).toEqual([['session', { microphone: true, camera: true }], ['session', { microphone: false, camera: true }]])
  })

  it('is nothing without a track, and nothing of a camera that the system holds back', async () => {
    const { state, own, tell } = open()
    own.sound.value = null
    own.devices.value = devices(true, true, true)
    state.value = at('open', 'admitted')
    await nextTick()
    expect(tell.mock.calls).toEqual([['session', { microphone: false, camera: false }]])
  })

  it('is no sound while a telephone call has the microphone, and sound again after it', async () => {
    const { state, own, tell } = open()
    state.value = at('open', 'admitted')
    await nextTick()
    const held = (silent: boolean) => ({ microphone: { on: true, silent }, camera: { on: true, silent } }) as DeviceState
    for (const silent of [true, false]) {
      own.devices.value = held(silent)
      await nextTick()
    }
    expect(tell.mock.calls.slice(-2)).toEqual([['session', { microphone: false, camera: false }], ['session', { microphone: true, camera: true }]])
  })

  it('does not disturb the call when it is lost, and is told again with the next change', async () => {
    const { state, own, tell } = open(vi.fn(async () => Promise.reject(new Error('no line'))))
    state.value = at('open', 'admitted')
    await nextTick()
    own.picture.value = null
    await nextTick()
    expect(tell).toHaveBeenCalledTimes(2)
  })
})
