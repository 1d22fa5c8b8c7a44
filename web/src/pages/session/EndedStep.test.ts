import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { take } from '../../api/client'
import { session } from '../../call/fakes'
import EndedStep from './EndedStep.vue'
import { fakeRoom } from './fakeRoom'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
beforeEach(() => {
  vi.useFakeTimers()
  vi.mocked(take).mockReset().mockResolvedValue({ url: null, answered: false })
})
afterEach(() => void vi.useRealTimers())

const over = session('ended', 'left', { opened_at: '2026-11-23T06:00:00Z', ended_at: '2026-11-23T06:12:34Z' })
const draw = (fake: ReturnType<typeof fakeRoom>) => show(EndedStep, { props: { room: fake.room }, areas: ['session'], language: 'en' })

describe('the end of a session', () => {
  it('offers a guest to rate it as soon as the link is there, and says how long it took', async () => {
    const step = await draw(fakeRoom(over))
    expect(words(step)).toContain('00:12:34')
    expect(step.find('a.btn-primary').exists()).toBe(false)
    vi.mocked(take).mockResolvedValue({ url: '/rate/token', answered: false })
    await vi.advanceTimersByTimeAsync(2_000)
    await flushPromises()
    expect(step.find('a.btn-primary').attributes('href')).toBe('/rate/token')
  })

  it('asks for the link a few times, and then says that it comes by mail', async () => {
    const step = await draw(fakeRoom(over))
    const waits = words(step)
    await vi.advanceTimersByTimeAsync(60_000)
    const asked = vi.mocked(take).mock.calls.length
    expect(words(step)).not.toBe(waits)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(vi.mocked(take).mock.calls.length).toBe(asked)
  })

  it('asks an officer for no rating, and leads to the next who waits or to the day', async () => {
    const fake = fakeRoom(over, true)
    const step = await draw(fake)
    expect(take).not.toHaveBeenCalled()
    expect(step.findAll('a').map((one) => one.attributes('href'))).toEqual(['/staff/day'])
    fake.parts.nextUp.value = { booking_id: 'b', participant_id: 'p', name: 'Gao', enterprise_name: null, service: { zh: '', en: '' }, since: '2026-11-23T06:00:00Z' } as never
    await flushPromises()
    expect(step.find('a').attributes('href')).toBe('/session/b?admit=p')
  })

  it('in which nobody was let in asks nobody for a rating', async () => {
    const step = await draw(fakeRoom(session('ended', 'left')))
    expect(take).not.toHaveBeenCalled()
    expect(words(step)).not.toContain('00:')
  })
})
