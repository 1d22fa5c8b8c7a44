import { nextTick } from 'vue'
import { afterEach, describe, expect, it } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { session } from '../../call/fakes'
import { next } from '../../call/machine'
import { online } from '../../state/online'
import { fakeRoom } from './fakeRoom'
import CallTop from './CallTop.vue'

afterEach(() => void (online.value = true))

const draw = (fake: ReturnType<typeof fakeRoom>) =>
  show(CallTop, { props: { room: fake.room }, areas: ['session'], language: 'en' })
const recorded = session('open', 'admitted', { recording: true, recording_state: 'on', opened_at: '2026-11-23T06:00:00Z' })

describe('the top of a call', () => {
  it.each([
    ['records', recorded, true],
    ['begins to', session('open', 'admitted'), false],
    ['cannot write', session('open', 'admitted', { recording_state: 'stopped' }), false],
    ['is paused', session('open', 'admitted', { recording_state: 'paused' }), false],
    ['has not begun', session('waiting', 'admitted'), false],
  ])('has a light that burns only while the program %s', async (_what, told, burns) => {
    const top = await draw(fakeRoom(told))
    expect(top.find('.rec-dot').classes('idle')).toBe(!burns)
  })

  it('says different things about a recording in each of its states', async () => {
    const states = [recorded, session('open', 'admitted'), session('open', 'admitted', { recording_state: 'paused' }), session('open', 'admitted', { recording_state: 'stopped' }), session('waiting', 'admitted')]
    const said = await Promise.all(states.map(async (told) => words((await draw(fakeRoom(told))).find('.rec b'))))
    expect(new Set(said).size).toBe(states.length)
  })

  it('claims nothing about the recording while the line is lost', async () => {
    const fake = fakeRoom(recorded)
    const top = await draw(fake)
    const before = words(top.find('.rec b'))
    fake.parts.stale.value = true
    await nextTick()
    expect(top.find('.rec-dot').classes('idle')).toBe(true)
    expect(words(top.find('.rec b'))).not.toBe(before)
  })

  const inCall = () => {
    const fake = fakeRoom(recorded)
    fake.parts.state.value = next(fake.parts.state.value, { type: 'media', media: 'connected' })
    return fake
  }

  it('tells the quality in the call: what is wrong, what to do, and how to go on with sound alone', async () => {
    const fake = inCall()
    const top = await draw(fake)
    expect(words(top.find('.quality'))).toBe('Good connection')
    fake.parts.quality.value = { quality: 'poor', wrong: 'loss_up', advice: 'audio_only' }
    await nextTick()
    expect(words(top.find('.quality'))).toContain('Some of your sound and picture is lost on the way. Sound comes first.')
    await press(top, 'Use sound only')
    expect(top.emitted('audioOnly')).toHaveLength(1)
    fake.parts.audioOnly.value = true
    await nextTick()
    expect(top.find('.quality button').exists()).toBe(false)
  })

  it('says nothing good of a line that is not there, and nothing before it was measured', async () => {
    const badge = async (change: (fake: ReturnType<typeof fakeRoom>) => void) => {
      const fake = inCall()
      const top = await draw(fake)
      change(fake)
      await nextTick()
      const found = top.find('.quality')
      return found.exists() ? words(found) : ''
    }
    expect(await badge((fake) => (fake.parts.state.value = next(fake.parts.state.value, { type: 'media', media: 'lost' })))).toBe('Not connected')
    expect(await badge((fake) => (fake.parts.stale.value = true))).toBe('Not connected')
    expect(await badge((fake) => (fake.parts.quality.value = { quality: 'down', wrong: 'line', advice: 'wait' }))).toContain('does not answer')
    expect(await badge((fake) => (fake.parts.quality.value = null))).toBe('')
    const before = await draw(fakeRoom(recorded))
    expect(before.find('.quality').exists()).toBe(false)
  })
})
