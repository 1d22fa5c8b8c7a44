import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { ref } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { openEvents } from '../../api/events'
import { ApiError } from '../../api/problem'
import type { Me } from '../../api/types'
import { me } from '../../state/me'
import { narrow } from '../../state/narrow'
import { toasts } from '../../state/toasts'
import BoardPage from './BoardPage.vue'
import { ZONE, at, booking } from './fakes'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
vi.mock('../../api/events', () => ({ openEvents: vi.fn() }))
vi.mock('../../state/clock', async (whole) => ({ ...await whole<object>(), serverNow: () => Date.parse('2026-11-24T01:00:00Z'), useNow: () => ref(Date.parse('2026-11-24T01:00:00Z')) }))

const DAY = '2026-11-26'
const days = ['2026-11-23', '2026-11-24', '2026-11-25', DAY, '2026-11-27', '2026-11-28', '2026-11-29'].map((date) => ({ date, kind: 'workday', name: null }))
const named = (text: string) => ({ 'zh-CN': text, en: text })
const services = [{ id: 's', code: 'x', name: named('Clearance'), zone: ZONE, resource_id: 'r', seats: 2, grid_minutes: 15, open: [{ starts_at: at('17:00'), ends_at: at('23:00') }] }]
const one = { ...booking('a', '19:00', '20:00', { updated_at: at('08:00'), service: { id: 's', name: named('Clearance') } }), places: [{ stage: null, resource_id: 'r', seat: 1 }] }
one.can = { ...one.can, reschedule: true }
const slot = (clock: string, day = DAY, free = 1) => ({ starts_at: at(clock, day), ends_at: at(clock, day), free, reason: free ? null : 'full' })
const slots: Record<string, unknown[]> = { [DAY]: [slot('18:00'), slot('19:00', DAY, 0), slot('20:00'), slot('21:00')], '2026-11-27': [slot('20:00', '2026-11-27')] }

const two = { ...one, id: 'b', booker_name: 'b Gao', starts_at: at('20:00'), ends_at: at('21:00'), updated_at: at('08:00'), can: one.can }
let shown: unknown[]
/** What is told of a booking that is to be moved with others: why it cannot be. */
let refusals: Record<string, object>

let moved: unknown
let waits: { waiting: number; offered: number; items: object[] }
beforeEach(() => {
  vi.clearAllMocks()
  me.value = { role: 'officer' } as Me
  narrow.value = false
  toasts.value = []
  moved = {}
  shown = [one]
  refusals = {}
  waits = { waiting: 0, offered: 0, items: [] }
  vi.mocked(openEvents).mockReturnValue({ live: ref('live'), close: () => {} })
  vi.mocked(api.GET).mockImplementation(((path: string, more: { params: { query?: { date?: string } } }) => ({ path, more })) as never)
  vi.mocked(api.POST).mockImplementation(((path: string, more: unknown) => ({ path, more })) as never)
  vi.mocked(take).mockImplementation(((call: { path: string; more: { params: { query?: { date?: string } }; body: { bookings: { id: string }[] } } }) => {
    if (call.path.endsWith('/board')) return Promise.resolve({ now: '', zone: ZONE, days, services, bookings: shown, is_cut_short: false })
    if (call.path.endsWith('/waiting')) return Promise.resolve(waits)
    if (call.path.endsWith('/moves/preview')) {
      const item = ({ id }: { id: string }) => ({ id, reference: '', was: at('19:00'), starts_at: at('21:00'), ends_at: null, refusal: refusals[id] ?? null })
      return Promise.resolve({ items: call.more.body.bookings.map(item) })
    }
    if (call.path.endsWith('/moves')) return moved instanceof Error ? Promise.reject(moved) : Promise.resolve({ items: [] })
    if (call.path.endsWith('/slots')) return Promise.resolve({ slots: slots[call.more.params.query?.date ?? ''] ?? [] })
    if (call.path.endsWith('/reschedule')) return moved instanceof Error ? Promise.reject(moved) : Promise.resolve(moved)
    return Promise.resolve({})
  }) as never)
})

const draw = async (query = '') => show(BoardPage, { areas: ['staff', 'booking'], language: 'en', at: `/staff/board?date=${DAY}${query}` })
const bar = () => document.querySelector<HTMLElement>('.bar')!
async function key(name: string) {
  bar().dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))
  await flushPromises()
}

/** The question's own button. */
async function sure(page: VueWrapper) {
  await page.findAll('dialog button').find((button) => words(button) === 'Move it')!.trigger('click')
}
function under() {
  document.querySelector('#under-main')?.remove()
  document.body.insertAdjacentHTML('beforeend', '<div id="under-main"></div>')
}

describe('the office’s board', () => {
  beforeEach(under)

  it('shows a week by days, and a day by services', async () => {
    const week = await draw()
    expect(week.findAll('.col')).toHaveLength(7)
    const card = week.find('[data-booking="a"]')
    expect(words(card)).toContain('19:00–20:00')
    expect(words(card)).toContain('Accepted')
    expect(words(card)).toContain('place 2')
    expect(week.findAll('.closed').length).toBeGreaterThan(0)
    const day = await draw('&view=day')
    expect(day.findAll('.col h2').map(words)).toEqual(['Clearance'])
    const asked = vi.mocked(api.GET).mock.calls as unknown as [string, { params: { query: unknown } }][]
    expect(asked.filter(([path]) => path === '/api/v1/board').map(([, how]) => how.params.query))
      .toEqual([{ from: '2026-11-23', to: '2026-11-29' }, { from: DAY, to: DAY }])
  })

  it('tells who waits for the service that is looked at, without names', async () => {
    const line = { position: 1, state: 'waiting', since: at('08:00'), from: DAY, to: '2026-11-27', from_minute: 1140, to_minute: 1440, stages: [{ stage: 'inspection', site: 'office' }], earlier: false, offer_until: null }
    waits = { waiting: 1, offered: 1, items: [{ ...line, position: null, state: 'offered', earlier: true, from_minute: null, to_minute: null, stages: [], offer_until: at('12:00') }, line] }
    const page = await draw()
    const said = page.findAll('.lines > li').map((item) => words(item))
    expect(words(page.find('#waits'))).toBe('Waiting list 1 waits · 1 place offered')
    expect(said[0]).toMatch(/^Held until .*12:00.*Has a booking, wants to come earlier/)
    expect(said[1]).toMatch(/^Number 1.*19:00–24:00.*Inspection.*since/)
  })

  it('moves by keys among free times, tells each, asks why, and moves', async () => {
    const page = await draw()
    await page.find('[data-booking="a"]').trigger('keydown', { key: 'm' })
    await flushPromises()
    expect(document.activeElement).toBe(bar())
    const said = () => words(page.find('[role="status"][aria-live="assertive"]'))
    // its own time is not free; the nearest is an hour off
    expect(said()).toContain('18:00')
    await key('ArrowDown')
    expect(said()).toBe('to Thu 26 Nov 20:00')
    await key('ArrowRight')
    expect(said()).toBe('to Fri 27 Nov 20:00')
    await key('Enter')
    expect(words(page.find('dialog'))).toContain('stays as it was decided')
    await page.find('dialog textarea').setValue('The place is closed')
    await sure(page)
    await flushPromises()
    const [, how] = vi.mocked(api.POST).mock.calls[0] as unknown as [string, { body: unknown }]
    expect(how.body).toEqual({ starts_at: at('20:00', '2026-11-27'), anyway: false, reason: 'The place is closed' })
    expect(toasts.value).toHaveLength(1)
    expect(bar()).toBeNull()
    expect(document.activeElement).toBe(page.find('[data-booking="a"]').element)
  })

  it('gives up with Escape, and puts the focus back', async () => {
    const page = await draw()
    await page.find('[data-booking="a"]').trigger('keydown', { key: 'Enter' })
    await flushPromises()
    await key('Escape')
    expect(bar()).toBeNull()
    expect(words(page.find('[aria-live="assertive"]'))).toBe('Nothing was moved.')
    expect(document.activeElement).toBe(page.find('[data-booking="a"]').element)
    expect(api.POST).not.toHaveBeenCalled()
  })

  it('turns to other days with the arrows where nothing is left, and not to the past', async () => {
    const page = await draw('&view=day')
    await page.find('[data-booking="a"]').trigger('keydown', { key: 'm' })
    await flushPromises()
    await key('ArrowRight')
    expect(words(page.find('[aria-live="assertive"]'))).toBe('to Fri 27 Nov 20:00')
    expect(document.activeElement).toBe(bar())
    await key('ArrowLeft')
    expect(words(page.find('[aria-live="assertive"]'))).toContain('Thu 26 Nov')
  })

  it('keeps the reason when the time is gone, and offers to move in spite of what stands there', async () => {
    const page = await draw()
    await page.find('[data-booking="a"]').trigger('keydown', { key: 'm' })
    await flushPromises()
    await key('Enter')
    await page.find('dialog textarea').setValue('The place is closed')
    moved = new ApiError({ code: 'officer_busy', status: 409, title: 'Has another then.', subject_id: 'b' })
    await sure(page)
    await flushPromises()
    expect(words(page.find('[role="alert"]'))).toContain('Has another then.')
    await press(page, 'Move it there all the same')
    await flushPromises()
    expect(page.find<HTMLTextAreaElement>('dialog textarea').element.value).toBe('The place is closed')
    moved = {}
    await sure(page)
    await flushPromises()
    expect((vi.mocked(api.POST).mock.calls[1] as unknown as [string, { body: { anyway: boolean } }])[1].body.anyway).toBe(true)
  })

  const asked = (path: string) => (vi.mocked(api.POST).mock.calls as unknown as [string, { body: Record<string, unknown> }][])
    .filter(([to]) => to === path).map(([, how]) => how.body)
  async function pickBoth() {
    shown = [one, two]
    const page = await draw()
    await press(page, 'Select several')
    for (const id of ['a', 'b']) await page.find(`[data-booking="${id}"]`).trigger('click')
    return page
  }

  it('moves several together: each is told of first, and what cannot go is left out', async () => {
    refusals = { b: { code: 'slot_taken', text: 'That place is taken.', subject_id: null, passes_anyway: false } }
    const page = await pickBoth()
    const said = () => words(page.find('[role="status"][aria-live="assertive"]'))
    expect(said()).toContain('2 in all')
    expect(page.find('[data-booking="b"]').attributes('aria-pressed')).toBe('true')
    expect(bar().textContent).toContain('2 selected')
    // by keyboard, from any of them
    await page.find('[data-booking="a"]').trigger('keydown', { key: 'm' })
    await flushPromises()
    const dialog = () => page.find('dialog')
    expect(words(dialog())).toContain('Move 2 bookings together')
    await dialog().find('select[name="how"]').setValue('later')
    await flushPromises()
    expect(asked('/api/v1/board/moves/preview').at(-1)).toEqual({ bookings: [{ id: 'a', updated_at: one.updated_at }, { id: 'b', updated_at: two.updated_at }], by_minutes: 60 })
    expect(words(dialog())).toContain('1 cannot be moved')
    expect(words(dialog())).toContain('That place is taken.')
    expect(dialog().find<HTMLButtonElement>('.btn-primary').element.disabled).toBe(true)
    await press(page, 'Leave out the 1')
    await flushPromises()
    expect(words(dialog())).toContain('It can be moved.')
    await press(page, 'Move 1 booking')
    await flushPromises()
    expect(words(dialog())).toContain('Please give a reason.')
    await dialog().find('textarea').setValue('The place is closed')
    await press(page, 'Move 1 booking')
    await flushPromises()
    expect(asked('/api/v1/board/moves')).toEqual([{ bookings: [{ id: 'a', updated_at: one.updated_at }], by_minutes: 60, anyway: false, reason: 'The place is closed' }])
    expect(toasts.value.map(({ text }) => text)).toEqual(['1 booking was moved; its booker gets an e-mail'])
    expect(page.find('dialog').exists()).toBe(false)
    expect(bar()).toBeNull()
    expect(document.activeElement).toBe(page.find('button[aria-pressed="false"]').element)
  })

  it('asks about what stands beside at the new time, and looks again at what was changed meanwhile', async () => {
    refusals = { a: { code: 'officer_busy', text: 'Has another then.', subject_id: 'c', passes_anyway: true } }
    const page = await pickBoth()
    bar().querySelector<HTMLElement>('.btn-primary')!.click()
    await flushPromises()
    const dialog = page.find('dialog')
    await dialog.find('input[name="day"]').setValue('2026-11-27')
    await dialog.find('textarea').setValue('The place is closed')
    await flushPromises()
    await press(page, 'Move 2 bookings')
    await flushPromises()
    expect(words(dialog)).toContain('Please confirm')
    expect(asked('/api/v1/board/moves')).toEqual([])
    await dialog.find('input[name="anyway"]').setValue(true)
    // one of them is gone from the board in the meantime
    moved = new ApiError({ code: 'booking_changed', status: 409, title: 'It has changed.', subject_id: 'b' })
    shown = [one]
    await press(page, 'Move 2 bookings')
    await flushPromises()
    expect(words(dialog.find('[role="alert"]'))).toBe('It has changed.')
    moved = {}
    await press(page, 'Move 1 booking')
    await flushPromises()
    expect(asked('/api/v1/board/moves').map(({ bookings, to_date, anyway }) => [(bookings as unknown[]).length, to_date, anyway]))
      .toEqual([[2, '2026-11-27', true], [1, '2026-11-27', true]])
  })

  it('is a list with links on a phone', async () => {
    narrow.value = true
    const page = await draw()
    expect(page.find('.board').exists()).toBe(false)
    // seven days, and who waits
    expect(page.findAll('section')).toHaveLength(8)
    expect(page.find('a[href="/services/s/slots?move=a"]').exists()).toBe(true)
  })
})
