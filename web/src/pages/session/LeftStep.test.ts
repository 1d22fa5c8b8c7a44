import { describe, expect, it } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { session } from '../../call/fakes'
import { next } from '../../call/machine'
import ElsewhereStep from './ElsewhereStep.vue'
import { fakeRoom } from './fakeRoom'
import LeftStep from './LeftStep.vue'

function out(type: 'left' | 'declined', officer = false) {
  const fake = fakeRoom(session('open', 'admitted'), officer)
  fake.parts.state.value = next(fake.parts.state.value, { type })
  return fake
}
const draw = (fake: ReturnType<typeof fakeRoom>, step = LeftStep) => show(step, { props: { room: fake.room }, areas: ['session'], language: 'en' })

describe('who is out', () => {
  it('may come back, and is told so in other words when they refused the recording', async () => {
    const left = out('left')
    const step = await draw(left)
    await step.find('button').trigger('click')
    expect(left.parts.enter).toHaveBeenCalledTimes(1)
    expect(words(await draw(out('declined')))).not.toBe(words(step))
  })

  it('goes back to the booking as a guest and to the day as an officer', async () => {
    const hrefs = async (officer: boolean) => (await draw(out('left', officer))).find('a').attributes('href')
    expect(await hrefs(false)).toBe('/bookings/booking')
    expect(await hrefs(true)).toBe('/staff/day')
  })

  it('because another window went on takes the call back with one press', async () => {
    const fake = fakeRoom(session('open', 'admitted'))
    const step = await draw(fake, ElsewhereStep)
    await press(step, '')
    expect(fake.parts.takeBack).toHaveBeenCalledTimes(1)
  })
})
