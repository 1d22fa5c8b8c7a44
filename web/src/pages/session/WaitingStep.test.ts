import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { take } from '../../api/client'
import type { BookingDetail } from '../../api/types'
import { officer, session } from '../../call/fakes'
import { fakeRoom } from './fakeRoom'
import WaitingStep from './WaitingStep.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
beforeEach(() => void vi.mocked(take).mockResolvedValue({ bring: [] }))

const waiting = (more: Parameters<typeof session>[2] = {}) => {
  const told = session('waiting', 'waiting', more)
  return { ...told, me: { ...told.me, guest_by: 'enterprise' as const } }
}
const draw = (fake: ReturnType<typeof fakeRoom>) => show(WaitingStep, { props: { room: fake.room }, areas: ['session', 'booking'], language: 'en' })

describe('the waiting room', () => {
  it('says who is before one, and when one is next', async () => {
    const fake = fakeRoom(waiting({ line: { ahead: 2 } }))
    const room = await draw(fake)
    expect(words(room.find('.queue'))).toContain('2 waiting')
    expect(room.findAll('.line li')).toHaveLength(3)
    fake.tell(waiting({ line: { ahead: 0 } }))
    await nextTick()
    expect(words(room.find('.queue'))).toContain('You are next')
    expect(room.findAll('.line li')).toHaveLength(2)
  })

  it('names who will receive one, and whether they are there', async () => {
    const there = fakeRoom(waiting({ people: [{ ...officer, present: true }] }))
    expect(words((await draw(there)).find('.meet'))).toMatch(/Zhou.*online/)
    const away = fakeRoom(waiting({ people: [{ ...officer, present: false }] }))
    expect(words((await draw(away)).find('.meet'))).toContain('The officer on duty.')
    away.parts.booking.value = { officer: { id: 'o', name: 'Wu', badge_no: '7' }, service: { id: 's' } } as unknown as BookingDetail
    const named = words((await draw(away)).find('.meet'))
    expect(named).toContain('Wu')
    expect(named).not.toContain('online')
  })

  it('tells whom a failure put back here that the meeting was interrupted', async () => {
    const told = waiting({ interrupted: true })
    expect((await draw(fakeRoom(told))).find('.banner-warn, .banner.warn, [class*="warn"]').exists()).toBe(false)
    const back = await draw(fakeRoom({ ...told, me: { ...told.me, admitted_at: '2026-11-23T06:00:00Z' } }))
    expect(back.find('[class*="warn"]').exists()).toBe(true)
  })

  it('lets one look at the devices again, and leave', async () => {
    const fake = fakeRoom(waiting())
    const room = await draw(fake)
    const [again, leave] = room.findAll('.row button')
    await again?.trigger('click')
    expect(fake.parts.recheck).toHaveBeenCalledTimes(1)
    await leave?.trigger('click')
    expect(fake.parts.leave).toHaveBeenCalledTimes(1)
    expect(() => press(room, 'no such thing')).toThrow()
  })
})
