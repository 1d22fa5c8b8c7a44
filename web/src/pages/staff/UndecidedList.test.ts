import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { press, words } from '../../../tests/show'
import { take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { OfficerDay } from '../../api/types'
import { ZONE, at, booking, officeDay, showAtDesk } from './fakes'
import UndecidedList from './UndecidedList.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
beforeEach(() => void vi.mocked(take).mockReset())

const request = (id: string, day = '2026-11-28', more: Record<string, unknown> = {}) =>
  booking(id, '10:00', '10:30', { state: 'requested', starts_at: at('10:00', day), ends_at: at('10:30', day), ...more })
const draw = (day: OfficerDay) => showAtDesk(UndecidedList, { day, now: Date.parse(at('09:00')), zone: ZONE })

describe('what waits for a decision', () => {
  it('is nothing', async () => {
    const list = await draw(officeDay())
    expect(words(list)).toContain('No request is waiting for a decision.')
    expect(list.findAll('li')).toHaveLength(0)
  })

  it('tells how soon each would be, and stands out when that is today', async () => {
    const list = await draw(officeDay({ undecided: [request('soon', '2026-11-26'), request('later')], undecided_total: 2 }))
    expect(list.findAll('.waited').map((one) => [words(one), one.classes('late')])).toEqual([['today', true], ['2 days ahead', false]])
  })

  it('warns of another booking at the same time, and tells what it is about', async () => {
    const overlaps = [{ id: 'x', starts_at: at('10:15', '2026-11-28'), ends_at: at('10:45', '2026-11-28') }]
    const about = [{ key: 'why', label: { en: 'Why' }, value: { 'zh-CN': '来函', en: 'About the letter of Monday' } }]
    const list = await draw(officeDay({ undecided: [request('one', '2026-11-28', { overlaps, about })], undecided_total: 1 }))
    expect(words(list.find('li'))).toContain('You have a booking at 10:15')
    expect(words(list.find('li'))).toContain('About the letter of Monday')
  })

  it('goes on in pages; what was opened stays open when the day is read again', async () => {
    const first = officeDay({ undecided: [request('one')], undecided_total: 3, undecided_next_cursor: 'a' })
    const list = await draw(first)
    vi.mocked(take).mockRejectedValueOnce(new ApiError({ code: 'store_unavailable', status: 503, title: 'Not now.' }))
    await press(list, 'Show 2 more')
    await flushPromises()
    expect(words(list)).toContain('Not now.')
    vi.mocked(take).mockResolvedValueOnce({ items: [request('two')], next_cursor: 'b' })
    await press(list, 'Show 2 more')
    await flushPromises()
    expect(list.findAll('li')).toHaveLength(2)
    expect(words(list)).toContain('Show 1 more')
    expect(words(list)).not.toContain('Not now.')
    vi.mocked(take).mockResolvedValueOnce({ items: [request('two'), request('three')], next_cursor: null })
    await list.setProps({ day: { ...first } })
    await flushPromises()
    expect(list.findAll('li')).toHaveLength(3)
    expect(words(list)).not.toContain('more')
  })

  it('tells how many ended without a decision, and in how many days, as the program counts them', async () => {
    expect(words(await draw(officeDay({ nobody_decided: 2, nobody_decided_days: 12 })))).toContain('In the last 12 days 2 ended because nobody decided in time.')
    expect(words(await draw(officeDay()))).not.toContain('in time')
  })
})
