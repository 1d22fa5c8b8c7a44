import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { session } from '../../call/fakes'
import { fakeRoom } from './fakeRoom'
import DeviceCheck from './DeviceCheck.vue'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

describe('the check of devices without a booking', () => {
  it('tells how long the program takes to answer, and when there is no line', async () => {
    const { devices, picture, sound, speakerId, local, startDevices } = fakeRoom(session('waiting', 'entered')).parts
    const askLine = vi.fn<() => Promise<unknown>>(() => new Promise((answer) => setTimeout(() => answer({}), 700)))
    const check = await show(DeviceCheck, {
      props: { held: { devices, picture, sound, speakerId, local, startDevices }, askLine }, areas: ['session'], language: 'en', stubs: { SelfView: true, MicLevel: true },
    })
    const line = () => words(check.findAll('.tests > li').at(-1)!)
    expect(line()).toContain('Measuring')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(line()).toContain('Poor')
    expect(line()).toContain('Round trip 700 ms')
    expect(words(check)).toContain('Picture and sound may break up')
    askLine.mockRejectedValue(new Error('gone'))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(line()).toContain('No line')
  })
})
