import { flushPromises } from '@vue/test-utils'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import { session } from '../../call/fakes'
import { checkLine } from '../../call/lineCheck'
import { fakeRoom } from './fakeRoom'
import CheckStep from './CheckStep.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
vi.mock('../../call/lineCheck', () => ({ checkLine: vi.fn(), madeUpMedia: vi.fn() }))
vi.mock('../../call/sound', () => ({ chime: () => Promise.resolve(), listen: vi.fn() }))
beforeEach(() => {
  vi.mocked(api.POST).mockClear()
  vi.mocked(checkLine).mockReset()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.mocked(take).mockReset().mockResolvedValue({})
})
afterEach(() => vi.useRealTimers())

const track = () => ({}) as MediaStreamTrack

/** One's devices, where the room holds them. */
function withDevices(officer = false) {
  const fake = fakeRoom(session('waiting', 'entered'), officer)
  const { devices, picture, sound, speakerId, local, startDevices } = fake.parts
  Object.assign(fake.parts, { held: { devices, picture, sound, speakerId, local: { ...local, choose: vi.fn() }, startDevices } })
  const set = (change: (now: NonNullable<typeof devices.value>) => object) => (devices.value = { ...devices.value!, ...change(devices.value!) })
  return { ...fake, set }
}
const draw = (fake: ReturnType<typeof fakeRoom>) => show(CheckStep, {
  props: { room: fake.room }, areas: ['session'], language: 'en', stubs: { SelfView: true, MicLevel: true },
})
const next = (step: Awaited<ReturnType<typeof draw>>) => words(step.findAll('button').at(-1)!)

describe('the check of one’s devices', () => {
  it('asks for the devices when it opens', async () => {
    const fake = withDevices()
    await draw(fake)
    expect(fake.parts.startDevices).toHaveBeenCalledTimes(1)
  })

  it('says on its button with what one goes on', async () => {
    const fake = withDevices()
    const step = await draw(fake)
    expect(next(step)).toBe('Without devices, go and wait')
    fake.parts.sound.value = track()
    await nextTick()
    expect(next(step)).toBe('Sound only, go and wait')
    fake.parts.picture.value = track()
    await nextTick()
    expect(next(step)).toBe('All good, go and wait')
    expect(next(await draw(withDevices(true)))).toBe('Enter the meeting')
  })

  it('goes on, and says why it could not', async () => {
    const fake = withDevices()
    fake.parts.checked.mockRejectedValueOnce(new ApiError({ code: 'too_early', status: 409, title: 'Not open yet.' }))
    const step = await draw(fake)
    await press(step, 'go and wait')
    await flushPromises()
    expect(words(step)).toContain('Not open yet.')
    await press(step, 'go and wait')
    await flushPromises()
    expect(fake.parts.checked).toHaveBeenCalledTimes(2)
    expect(words(step)).not.toContain('Not open yet.')
  })

  it('waits for the answer to the browser’s question', async () => {
    const fake = withDevices()
    fake.set(() => ({ asking: true }))
    const step = await draw(fake)
    expect(step.findAll('button').at(-1)!.attributes('disabled')).toBeDefined()
    expect(words(step)).not.toContain('neither see nor hear you')
    fake.set(() => ({ asking: false }))
    await nextTick()
    expect(step.findAll('button').at(-1)!.attributes('disabled')).toBeUndefined()
    expect(words(step)).toContain('neither see nor hear you')
  })

  it('names what is wrong with a device, once where both are refused, and keeps nobody from going on', async () => {
    const fake = withDevices()
    fake.set((now) => ({ camera: { ...now.camera, problem: 'busy' } }))
    const step = await draw(fake)
    expect(words(step)).toContain('The camera is used by another program.')
    await press(step, 'Try again')
    expect(fake.parts.startDevices).toHaveBeenLastCalledWith(true)
    fake.set((now) => ({ camera: { ...now.camera, problem: 'denied' }, microphone: { ...now.microphone, problem: 'denied' } }))
    await nextTick()
    expect(words(step)).toContain('No permission to use camera and microphone.')
    expect(words(step)).not.toContain('No permission to use the camera.')
    await press(step, 'go and wait')
    expect(fake.parts.checked).toHaveBeenCalledTimes(1)
  })

  it('tells apart a camera that is off, that works and that gives no picture', async () => {
    const fake = withDevices()
    fake.set((now) => ({ camera: { ...now.camera, on: false } }))
    const step = await draw(fake)
    const camera = () => words(step.find('.tests li'))
    expect(camera()).toContain('Not used')
    fake.set((now) => ({ camera: { ...now.camera, on: true } }))
    fake.parts.picture.value = track()
    await nextTick()
    expect(camera()).toContain('Works')
    fake.set((now) => ({ camera: { ...now.camera, silent: true } }))
    await nextTick()
    expect(camera()).toContain('No signal')
  })

  it('tries the line by itself once the devices are there, says what is wrong, and keeps what was found when one goes on', async () => {
    const measured = { loss_up_permille: 62, loss_down_permille: 0, round_trip_ms: 48, kbps_up: 1_210, kbps_down: 1_180, path: 'tcp' as const }
    vi.mocked(checkLine).mockResolvedValue(measured)
    const kept = { ...measured, mine: true, quality: 'usable', wrong: 'loss_up' }
    vi.mocked(take).mockResolvedValueOnce({ ice_servers: [] }).mockResolvedValue({ items: [{ ...kept, mine: false }, kept] })
    const fake = withDevices()
    const step = await draw(fake)
    const line = () => words(step.findAll('.tests > li').at(-1)!)
    await flushPromises()
    expect(line()).toContain('usable')
    expect(line()).toContain('6.2% lost · round trip 48 ms · 1.2 Mbit/s up, 1.2 down · TCP')
    expect(words(step)).toContain('Much of what you send is lost')
    const told = () => (vi.mocked(api.POST).mock.calls as unknown as [string, { body: object }][]).map(([, { body }]) => body)
    expect(told()).toEqual([{ camera: 'fails', microphone: 'fails', speaker: 'not_tried', ...measured }])
    // the devices are fine by now, and the speaker was heard
    fake.parts.picture.value = fake.parts.sound.value = track()
    await press(step, 'Play')
    await flushPromises()
    await press(step, 'I heard it')
    await press(step, 'go and wait')
    expect(told().at(-1)).toMatchObject({ camera: 'works', microphone: 'not_tried', speaker: 'works' })
    expect(fake.parts.checked).toHaveBeenCalledTimes(1)
  })

  it('says when nothing gets through, why the program takes no check, and tries again', async () => {
    vi.mocked(checkLine).mockResolvedValue({ loss_up_permille: null, loss_down_permille: null, round_trip_ms: null, kbps_up: null, kbps_down: null, path: null })
    vi.mocked(take).mockRejectedValueOnce(new ApiError({ code: 'media_busy', status: 503, title: 'All connections are in use.' }))
    const step = await draw(withDevices())
    await flushPromises()
    expect(words(step)).toContain('All connections are in use.')
    expect(words(step)).toContain('Not checked')
    vi.mocked(take).mockResolvedValueOnce({ ice_servers: [] }).mockResolvedValue({ items: [{ mine: true, quality: 'down', wrong: 'not_through' }] })
    await press(step, 'Check the line')
    await flushPromises()
    expect(words(step)).toContain('Picture and sound do not get through')
  })

  it('leaves an officer’s line alone until asked', async () => {
    const step = await draw(withDevices(true))
    await flushPromises()
    expect(checkLine).not.toHaveBeenCalled()
    expect(words(step)).toContain('Check the line')
  })
})
