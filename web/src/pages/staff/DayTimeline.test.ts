import { describe, expect, it, vi } from 'vitest'
import { press, words } from '../../../tests/show'
import type { DayBooking } from '../../api/types'
import { ZONE, at, booking, showAtDesk } from './fakes'
import DayTimeline from './DayTimeline.vue'

vi.mock('../../api/client', () => ({ api: {}, take: vi.fn(), onSignedOut: vi.fn() }))

const sheet = { from: 9 * 60, to: 17 * 60 }
const draw = (bookings: DayBooking[], { now = '10:20', today = true, all = false } = {}) =>
  showAtDesk(DayTimeline, { bookings, sheet, zone: ZONE, now: Date.parse(at(now)), today, all })

describe('the sheet of the day', () => {
  it('has the line of now between what has begun and what comes, and only today', async () => {
    const bookings = [booking('late', '14:00', '14:30'), booking('early', '09:00', '09:30')]
    const sheet = await draw(bookings)
    expect(sheet.findAll('.group, .nowline').map((row) => words(row))).toEqual([
      expect.stringContaining('service of early'), 'Now 10:20', expect.stringContaining('service of late'),
    ])
    expect((await draw(bookings, { today: false })).find('.nowline').exists()).toBe(false)
  })

  it('shows what lies outside office hours before and after, with the line of now there if it is there', async () => {
    const bookings = [booking('dawn', '07:00', '07:30'), booking('evening', '19:00', '20:00'), booking('night', '22:00', '23:00')]
    const day = await draw(bookings, { now: '20:30' })
    const [before, after] = day.findAll('.flat')
    expect(words(before!)).toContain('service of dawn')
    expect(after!.findAll('li').map((row) => words(row))).toEqual([
      expect.stringContaining('service of evening'), 'Now 20:30', expect.stringContaining('service of night'),
    ])
    expect(words(day)).toContain('Nothing is booked in office hours.')
    expect(words(await draw([]))).toContain('Nothing is booked after office hours.')
  })

  it('puts aside what takes no place any more', async () => {
    const day = await draw([booking('gone', '10:00', '10:30', { state: 'cancelled' }), booking('kept', '11:00', '11:30')])
    expect(words(day.find('.daygrid'))).not.toContain('service of gone')
    expect(words(day.find('.aside summary'))).toBe('Cancelled, refused or expired: 1')
    expect(words(day.find('.aside'))).toContain('service of gone')
  })

  it('says whose each booking is where several officers’ stand together', async () => {
    expect(words(await draw([booking('one', '10:00', '10:30')]))).not.toContain('Zhou')
    expect(words(await draw([booking('one', '10:00', '10:30')], { all: true }))).toContain('Zhou')
  })

  it('tells what goes on in a session at this moment', async () => {
    const now = at('10:20')
    const with_ = async (session: object) => words((await draw([booking('one', '10:00', '10:30', { session })])).find('.ev'))
    expect(await with_({ state: 'open', opened_at: at('10:02'), recording_since: at('10:05'), waiting: 0 })).toContain('Recording for 15 min')
    expect(await with_({ state: 'open', opened_at: at('10:02'), recording_since: null, waiting: 0 })).toContain('Talking for 18 min, not recorded')
    expect(await with_({ state: 'waiting', opened_at: null, recording_since: null, waiting: 1, waiting_since: at('10:10') })).toContain('Somebody waits for 10 min')
    expect(await with_({ state: 'ended', opened_at: at('10:02'), recording_since: now, waiting: 0 })).not.toContain('min')
  })

  it('lets no one open a booking that is still being filled in, and tells how long it is held', async () => {
    const held = await draw([booking('one', '11:00', '11:30', { state: 'held', hold_expires_at: at('10:25') })])
    expect(words(held.find('.ev'))).toMatch(/being filled in, held for 0?5:00 more/)
    expect(held.find('.ev .open').exists()).toBe(false)
    const accepted = await draw([booking('two', '11:00', '11:30')])
    await press(accepted, 'service of two')
    expect(accepted.desk.opened.value?.id).toBe('two')
  })
})
