import { flushPromises } from '@vue/test-utils'
import { nextTick, ref } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { openEvents, type Live } from '../../api/events'
import { ApiError } from '../../api/problem'
import type { Me } from '../../api/types'
import { me } from '../../state/me'
import { booking, officeDay } from './fakes'
import DayPage from './DayPage.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
vi.mock('../../api/events', () => ({ openEvents: vi.fn() }))

const live = ref<Live>('live')
beforeEach(() => {
  vi.clearAllMocks()
  live.value = 'live'
  me.value = { role: 'officer' } as Me
  vi.mocked(take).mockReset().mockResolvedValue(officeDay())
  vi.mocked(openEvents).mockReturnValue({ live, close: () => {} })
})

const draw = (at = '/staff/day?date=2026-11-26') => show(DayPage, { areas: ['staff', 'home'], language: 'en', at })
const asked = () => (vi.mocked(api.GET).mock.calls as unknown as [string, { params: { query: unknown } }][])
  .filter(([path]) => path === '/api/v1/day').map(([, how]) => how.params.query)

describe('the page of an officer’s day', () => {
  it('shows the shape of what comes until it is there', async () => {
    vi.mocked(take).mockReturnValue(new Promise(() => {}))
    const page = await draw()
    expect(page.findAll('.day-cols .card')).toHaveLength(2)
    expect(page.find('.tally').exists()).toBe(false)
  })

  it('says what went wrong and reads again on wish', async () => {
    vi.mocked(take).mockRejectedValueOnce(new ApiError({ code: 'store_unavailable', status: 503, title: 'Not now.' }))
    const page = await draw()
    expect(words(page)).toContain('Not now.')
    await press(page, 'Try again')
    await flushPromises()
    expect(words(page)).not.toContain('Not now.')
    expect(page.find('.tally').exists()).toBe(true)
  })

  it('counts the day: what stands, what is done, who waits, what is to be decided', async () => {
    const bookings = [booking('a', '09:00', '09:30', { state: 'completed' }), booking('b', '10:00', '10:30'), booking('c', '11:00', '11:30', { state: 'cancelled' }), booking('d', '12:00', '12:30', { state: 'held' })]
    vi.mocked(take).mockResolvedValue(officeDay({ bookings, undecided_total: 4 }))
    const tally = (await draw()).findAll('.tally > div').map((one) => words(one))
    expect(tally.map((one) => one.replace(/^.*?(\d+) .*$/, '$1'))).toEqual(['2', '1', '0', '4'])
  })

  it.each([['officer', 'Mine', true], ['chief', 'All', false]] as const)('shows an %s first what is theirs: %s', async (role, whose, mine) => {
    me.value = { role } as Me
    const page = await draw()
    expect(words(page.find('nav [aria-current="true"]'))).toBe(whose)
    expect(asked()).toEqual([{ date: '2026-11-26', mine }])
    // the other is at hand
    expect(page.findAll('nav a').map((link) => words(link))).toEqual(expect.arrayContaining(['Mine', 'All']))
  })

  it('follows the day, and says so when it cannot', async () => {
    const page = await draw()
    const [topic, handlers] = vi.mocked(openEvents).mock.calls[0]!
    expect(topic).toBe('day')
    const before = asked().length
    handlers.day!({})
    await flushPromises()
    expect(asked()).toHaveLength(before + 1)
    expect(words(page)).not.toContain('interrupted')
    live.value = 'lost'
    await nextTick()
    expect(words(page.find('.banner-warn'))).toContain('Live updates are interrupted')
  })

  it('keeps what it shows when reading again fails', async () => {
    vi.mocked(take).mockResolvedValueOnce(officeDay({ bookings: [booking('a', '09:00', '09:30')] })).mockRejectedValue(new ApiError({ code: 'no_connection', status: 0 }))
    const page = await draw()
    vi.mocked(openEvents).mock.calls[0]![1].day!({})
    await flushPromises()
    expect(page.find('[role="alert"]').exists()).toBe(true)
    expect(words(page)).toContain('service of a')
  })
})
