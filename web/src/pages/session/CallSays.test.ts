import { nextTick } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { ApiError } from '../../api/problem'
import { officer, session } from '../../call/fakes'
import { next, type CallState } from '../../call/machine'
import { online } from '../../state/online'
import { fakeRoom } from './fakeRoom'
import CallSays from './CallSays.vue'

afterEach(() => {
  online.value = true
  vi.useRealTimers()
})

const inside = session('open', 'admitted')
/** In a call that stands. */
function inCall(told = inside, asOfficer = false) {
  const fake = fakeRoom(told, asOfficer)
  fake.parts.state.value = next(fake.parts.state.value, { type: 'media', media: 'connected' })
  return fake
}
const draw = (fake: ReturnType<typeof fakeRoom>, props: Record<string, unknown> = {}) =>
  show(CallSays, { props: { room: fake.room, soundBlocked: false, unsent: null, ...props }, areas: ['session'], language: 'en' })
const media = (fake: ReturnType<typeof fakeRoom>, link: CallState['media']) =>
  (fake.parts.state.value = next(fake.parts.state.value, { type: 'media', media: link }))

describe('what is said in a call', () => {
  it('is nothing while all is well', async () => {
    expect(words(await draw(inCall()))).toBe('')
  })

  it('is one thing at a time, the gravest first', async () => {
    const fake = inCall(session('open', 'admitted', { recording_state: 'stopped', interrupted: true, people: [] }))
    const says = await draw(fake, { unsent: 'sound' })
    const steps: [() => void, string][] = [
      [() => {}, 'The recording has stopped'],
      [() => (fake.parts.stale.value = true), 'The live connection is lost'],
      [() => media(fake, 'lost'), 'Connection lost, trying again.'],
      [() => (fake.parts.stopping.value = true), 'The service is restarting'],
      [() => {
        fake.parts.refusal.value = new ApiError({ code: 'not_admitted', status: 403, title: 'You are not in.' })
        media(fake, 'refused')
      }, 'You are not in.'],
    ]
    for (const [happens, expected] of steps) {
      happens()
      await nextTick()
      expect(says.findAll('.say')).toHaveLength(1)
      expect(words(says)).toContain(expected)
    }
  })

  it('says to whom the recording stopped what to do', async () => {
    const stopped = session('open', 'admitted', { recording_state: 'stopped' })
    expect(words(await draw(inCall(stopped)))).toContain('Please wait for what the officer says.')
    expect(words(await draw(inCall(stopped, true)))).toContain('not on record')
  })

  it('tells a guest after how many minutes without an officer the meeting ends, as the program has it', async () => {
    const alone = session('open', 'admitted', { people: [{ ...officer, present: false }], ends_without_officer_minutes: 7 })
    expect(words(await draw(inCall(alone)))).toContain('within 7 minutes')
    expect(words(await draw(inCall(alone, true)))).toBe('')
  })

  it('says to everybody that the recording is paused, and lets an officer go on with it', async () => {
    const can = { admit: true, end: true, pause: false, resume: true, note: false }
    const guests = await draw(inCall(session('open', 'admitted', { recording_state: 'paused' })))
    expect(words(guests)).toContain('has paused the recording')
    expect(guests.find('button').exists()).toBe(false)
    const fake = inCall(session('open', 'admitted', { recording_state: 'paused', can }), true)
    await press(await draw(fake), 'Go on recording')
    expect(fake.parts.resumeRecording).toHaveBeenCalledTimes(1)
  })

  it('tells whoever’s microphone gives only silence', async () => {
    expect(words(await draw(inCall(), { unsent: 'silence' }))).toContain('Your microphone gives no sound.')
  })

  it('names what of one’s own does not arrive', async () => {
    expect(words(await draw(inCall(), { unsent: 'picture' }))).toContain('Your picture does not arrive.')
    expect(words(await draw(inCall(), { unsent: 'sound' }))).toContain('Your sound does not arrive.')
  })

  it('says that something is in the way when connecting takes too long', async () => {
    vi.useFakeTimers()
    const says = await draw(fakeRoom(inside))
    expect(words(says)).toContain('Connecting…')
    vi.advanceTimersByTime(15_000)
    await nextTick()
    expect(words(says)).toContain('The network may be blocking video')
  })

  it('offers to try again what was refused, and to turn on sound that the browser holds back', async () => {
    const fake = inCall()
    fake.parts.refusal.value = new ApiError({ code: 'not_admitted', status: 403 })
    media(fake, 'refused')
    const says = await draw(fake, { soundBlocked: true })
    await press(says, 'Turn sound')
    expect(says.emitted('unlock')).toHaveLength(1)
    await says.find('.say button').trigger('click')
    expect(fake.parts.takeBack).toHaveBeenCalledTimes(1)
  })
})
