import { nextTick } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeStream, FakeTrack } from '../../../call/fakes'
import { devicesChecked, noteDevicesChecked, useDevices, type BrowserPorts } from './devices'
import { endScopes, settled, within } from './fakes'

afterEach(endScopes)

function browser(kept: Record<string, string> = {}) {
  const given: FakeTrack[] = []
  const listeners = new Set<() => void>()
  const getUserMedia = vi.fn(async (want: MediaStreamConstraints) => {
    const tracks = [want.audio && new FakeTrack('audio'), want.video && new FakeTrack('video')].filter((one) => !!one)
    given.push(...tracks)
    return new FakeStream(tracks)
  })
  const enumerateDevices = vi.fn(async () => [])
  const ports = {
    devices: {
      getUserMedia, enumerateDevices,
      addEventListener: (_name: string, hear: () => void) => listeners.add(hear),
      removeEventListener: (_name: string, hear: () => void) => listeners.delete(hear),
    },
    makeStream: () => new FakeStream(),
    store: () => ({ getItem: (key: string) => kept[key] ?? null, setItem: (key: string, value: string) => void (kept[key] = value) }),
  } as unknown as BrowserPorts
  return { ports, given, getUserMedia, enumerateDevices, listeners, kept: () => JSON.parse(kept['mianqia.devices'] ?? '{}') as object }
}

describe('the devices of a page', () => {
  it('are asked for once, until they are given back', async () => {
    const { ports, getUserMedia, given } = browser()
    const held = within(() => useDevices(undefined, ports))
    await Promise.all([held.startDevices(), held.startDevices()])
    expect(getUserMedia).toHaveBeenCalledTimes(1)
    expect([!!held.picture.value, !!held.sound.value]).toEqual([true, true])
    held.stopDevices()
    expect(given.every(({ stopped }) => stopped)).toBe(true)
    expect([held.picture.value, held.sound.value]).toEqual([null, null])
    await held.startDevices()
    await held.startDevices(true)
    expect(getUserMedia).toHaveBeenCalledTimes(3)
  })

  it('tell the call which track a line carries', async () => {
    const { ports } = browser()
    const lines: [string, boolean][] = []
    const held = within(() => useDevices((kind, track) => lines.push([kind, !!track]), ports))
    await held.startDevices()
    await held.local.setCamera(false)
    expect(lines).toEqual([['audio', true], ['video', true], ['video', false]])
  })

  it('are kept as chosen, with what was kept before', async () => {
    const { ports, kept } = browser({ 'mianqia.devices': '{"checked":true,"speaker":"old"}' })
    const held = within(() => useDevices(undefined, ports))
    expect(held.speakerId.value).toBe('old')
    await held.startDevices()
    held.speakerId.value = 'new'
    await nextTick()
    expect(kept()).toEqual({ checked: true, microphone: 'audio-1', camera: 'video-1', speaker: 'new' })
  })

  it('are remembered as looked at', () => {
    const { ports } = browser()
    expect(devicesChecked(ports.store)).toBe(false)
    noteDevicesChecked(ports.store)
    expect(devicesChecked(ports.store)).toBe(true)
  })

  it('work where nothing can be kept, and where what is kept is no JSON', async () => {
    const forbidden = browser()
    forbidden.ports.store = () => {
      throw new DOMException('', 'SecurityError')
    }
    const held = within(() => useDevices(undefined, forbidden.ports))
    await held.startDevices()
    await settled()
    expect(held.picture.value).toBeTruthy()
    expect(devicesChecked(forbidden.ports.store)).toBe(false)
    expect(devicesChecked(browser({ 'mianqia.devices': '{' }).ports.store)).toBe(false)
  })

  it('are looked for again when one is plugged in, and given back when the page goes', async () => {
    const { ports, listeners, enumerateDevices, given } = browser()
    const held = within(() => useDevices(undefined, ports))
    await held.startDevices()
    const before = enumerateDevices.mock.calls.length
    listeners.forEach((hear) => hear())
    expect(enumerateDevices.mock.calls.length).toBe(before + 1)
    endScopes()
    expect(listeners.size).toBe(0)
    expect(given.every(({ stopped }) => stopped)).toBe(true)
  })

  it('say that there are none where the browser has none', async () => {
    const { ports } = browser()
    ports.devices = undefined
    const held = within(() => useDevices(undefined, ports))
    await held.startDevices()
    expect(held.devices.value?.camera.problem).toBe('unsupported')
  })
})
