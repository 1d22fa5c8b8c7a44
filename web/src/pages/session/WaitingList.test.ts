import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import type { Participant } from '../../api/types'
import { ApiError } from '../../api/problem'
import { guest, officer, session } from '../../call/fakes'
import { fakeRoom } from './fakeRoom'
import WaitingList from './WaitingList.vue'

const NOW = Date.parse('2026-11-23T06:05:00Z')
const lin = (more: Partial<Participant> = {}): Participant => ({ ...guest, id: 'lin', name: 'Lin', me: false, state: 'waiting', waiting_since: '2026-11-23T05:58:00Z', ...more })
const seen = (mine: Participant['state'], ...people: Participant[]) => session('waiting', mine, { me: { ...officer, me: true, state: mine }, people })

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const draw = async (fake: ReturnType<typeof fakeRoom>) => show(WaitingList, { props: { room: fake.room }, areas: ['session'], language: 'en' })

describe('who waits, for the officer', () => {
  it('is nobody, somebody with their time, somebody who put the phone away', async () => {
    const fake = fakeRoom(seen('admitted'), true)
    const list = await draw(fake)
    expect(list.findAll('li')).toHaveLength(0)
    const nobody = words(list)
    fake.tell(seen('admitted', lin()))
    await nextTick()
    expect(words(list)).toContain('Lin')
    expect(words(list)).toContain('7 min')
    expect(words(list)).not.toContain(nobody.split('. ')[1] ?? nobody)
    const there = words(list)
    fake.tell(seen('admitted', lin({ present: false })))
    await nextTick()
    expect(words(list).length).toBeGreaterThan(there.length)
  })

  it('is shown with what was found of their line ahead', async () => {
    const check = {
      id: 'check', role: 'guest' as const, guest_by: 'booking' as const, mine: false, checked_at: '2026-11-21T07:02:00Z', camera: 'fails' as const,
      microphone: 'works' as const, speaker: 'not_tried' as const, loss_up_permille: 60, loss_down_permille: 0, round_trip_ms: 48, kbps_up: 1_200,
      kbps_down: 640, path: 'tcp' as const, quality: 'usable' as const, wrong: 'loss_up' as const,
    }
    const list = await draw(fakeRoom(seen('admitted', lin({ line_check: check })), true))
    expect(words(list)).toContain('usable · 6% lost · round trip 48 ms · 1.2 Mbit/s up, 0.64 down · TCP · camera not usable')
    const down = await draw(fakeRoom(seen('admitted', lin({ line_check: { ...check, loss_up_permille: null, loss_down_permille: null, round_trip_ms: null, kbps_up: null, kbps_down: null, path: null, quality: 'down' as const, camera: 'works' as const } })), true))
    expect(words(down)).toContain('nothing gets through')
  })

  it('can be let in with one press, but not before the notice is acknowledged', async () => {
    const early = await draw(fakeRoom(seen('entered', lin()), true))
    expect(early.findAll('button')).toHaveLength(0)
    const fake = fakeRoom(seen('acknowledged', lin()), true)
    const list = await draw(fake)
    await press(list, 'Lin')
    expect(fake.parts.admit).toHaveBeenCalledWith('lin')
  })

  it('says why one could not be let in', async () => {
    const fake = fakeRoom(seen('admitted', lin()), true)
    fake.parts.admit.mockRejectedValueOnce(new ApiError({ code: 'not_waiting', status: 409, title: 'Lin has left.' }))
    const list = await draw(fake)
    await press(list, 'Lin')
    await nextTick()
    expect(words(list)).toContain('Lin has left.')
  })

  it('tells of those who wait for others', async () => {
    const fake = fakeRoom(seen('admitted'), true)
    const list = await draw(fake)
    expect(list.find('.others').exists()).toBe(false)
    fake.parts.elsewhere.value = [{}, {}] as never
    await nextTick()
    expect(list.find('.others').text()).toContain('2')
  })
})
