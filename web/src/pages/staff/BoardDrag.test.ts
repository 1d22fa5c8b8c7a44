// Moving by dragging on the board: at once with a mouse, after a long press with a finger.
import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { openEvents } from '../../api/events'
import type { Me } from '../../api/types'
import { me } from '../../state/me'
import { narrow } from '../../state/narrow'
import BoardPage from './BoardPage.vue'
import { ZONE, at, booking } from './fakes'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
vi.mock('../../api/events', () => ({ openEvents: vi.fn() }))
vi.mock('../../state/clock', async (whole) => ({ ...await whole<object>(), serverNow: () => Date.parse('2026-11-24T01:00:00Z'), useNow: () => ref(Date.parse('2026-11-24T01:00:00Z')) }))

const DAY = '2026-11-26'
const DATES = ['2026-11-23', '2026-11-24', '2026-11-25', DAY, '2026-11-27', '2026-11-28', '2026-11-29']
const WIDTH = 100
const [THURSDAY, FRIDAY] = [DATES.indexOf(DAY), DATES.indexOf('2026-11-27')]
const named = (text: string) => ({ 'zh-CN': text, en: text })
const services = [{ id: 's', code: 'x', name: named('Clearance'), zone: ZONE, resource_id: 'r', seats: 2, grid_minutes: 15, open: [{ starts_at: at('17:00'), ends_at: at('23:00') }] }]
const one = (reschedule: boolean) => {
  const row = { ...booking('a', '19:00', '20:00', { service: { id: 's', name: named('Clearance') } }), places: [{ stage: null, resource_id: 'r', seat: 1 }] }
  return { ...row, can: { ...row.can, reschedule } }
}
const slot = (clock: string, day = DAY) => ({ starts_at: at(clock, day), ends_at: at(clock, day), free: 1, reason: null })
const slots: Record<string, unknown[]> = { [DAY]: [slot('18:00'), slot('21:00')], '2026-11-27': [slot('18:00', '2026-11-27'), slot('20:00', '2026-11-27')] }

let mayMove: boolean
beforeEach(() => {
  document.body.innerHTML = '<div id="under-main"></div>'
  vi.clearAllMocks()
  me.value = { role: 'officer' } as Me
  narrow.value = false
  mayMove = true
  vi.mocked(openEvents).mockReturnValue({ live: ref('live'), close: () => {} })
  vi.mocked(api.GET).mockImplementation(((path: string, more: unknown) => ({ path, more })) as never)
  vi.mocked(api.POST).mockImplementation(((path: string, more: unknown) => ({ path, more })) as never)
  vi.mocked(take).mockImplementation(((call: { path: string; more: { params: { query?: { date?: string } } } }) => {
    if (call.path.endsWith('/board')) return Promise.resolve({ now: '', zone: ZONE, days: DATES.map((date) => ({ date, kind: 'workday', name: null })), services, bookings: [one(mayMove)], is_cut_short: false })
    if (call.path.endsWith('/waiting')) return Promise.resolve({ waiting: 0, offered: 0, items: [] })
    if (call.path.endsWith('/slots')) return Promise.resolve({ slots: slots[call.more.params.query?.date ?? ''] ?? [] })
    return Promise.resolve({})
  }) as never)
  // a pixel is a minute, and each day is so wide
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
    const day = DATES.indexOf(this.dataset.day ?? '')
    if (this.classList.contains('piece')) return new DOMRect(THURSDAY * WIDTH, 19 * 60, WIDTH, 60)
    return new DOMRect(Math.max(0, day) * WIDTH, 0, WIDTH, 24 * 60)
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const draw = () => show(BoardPage, { areas: ['staff', 'booking'], language: 'en', at: `/staff/board?date=${DAY}` })

/** A pointer over a minute of a day, ten minutes below the upper edge of what it holds. */
function pointer(kind: string, target: EventTarget, column: number, minute: number, more: PointerEventInit = {}) {
  target.dispatchEvent(new PointerEvent(kind, { bubbles: true, cancelable: true, button: 0, pointerId: 1, pointerType: 'mouse', clientX: column * WIDTH + 50, clientY: minute + 10, ...more }))
  return flushPromises()
}
const press = (page: VueWrapper, more?: PointerEventInit) => pointer('pointerdown', page.find('.piece').element, THURSDAY, 19 * 60, more)
const ghost = (page: VueWrapper) => page.findAll('.ghost').map(words)
const asks = (page: VueWrapper) => page.findAll('dialog').some((dialog) => words(dialog).includes('Move it'))

it('drags a booking to the free time that is nearest to where it is let go, and asks before it moves', async () => {
  const page = await draw()
  await press(page)
  // a hand that trembles drags nothing
  await pointer('pointermove', window, THURSDAY, 19 * 60 + 3)
  expect(ghost(page)).toEqual([])
  await pointer('pointermove', window, THURSDAY, 20 * 60)
  await pointer('pointermove', window, FRIDAY, 19 * 60 + 40)
  expect(ghost(page)).toEqual(['20:00'])
  // another finger is another matter
  await pointer('pointerup', window, THURSDAY, 18 * 60, { pointerId: 2 })
  expect(asks(page)).toBe(false)
  await pointer('pointerup', window, FRIDAY, 19 * 60 + 40)
  expect(asks(page)).toBe(true)
  await page.find('dialog textarea').setValue('The place is closed')
  await page.findAll('dialog button').find((button) => words(button) === 'Move it')?.trigger('click')
  await flushPromises()
  const [path, how] = vi.mocked(api.POST).mock.calls[0] as unknown as [string, { body: unknown }]
  expect(path).toBe('/api/v1/bookings/{id}/reschedule')
  expect(how.body).toEqual({ starts_at: at('20:00', '2026-11-27'), anyway: false, reason: 'The place is closed' })
})

it('gives up with Escape and when the browser takes the pointer away', async () => {
  const page = await draw()
  for (const end of [async () => { window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })); await flushPromises() }, () => pointer('pointercancel', window, FRIDAY, 600)]) {
    await press(page)
    await pointer('pointermove', window, FRIDAY, 20 * 60)
    await pointer('pointermove', window, FRIDAY, 20 * 60)
    expect(ghost(page)).toEqual(['20:00'])
    await end()
    await flushPromises()
    await pointer('pointerup', window, FRIDAY, 20 * 60)
    expect([ghost(page), asks(page)]).toEqual([[], false])
  }
  expect(api.POST).not.toHaveBeenCalled()
})

it('scrolls with a finger that moves at once, and lifts what it rests on', async () => {
  const page = await draw()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const finger = { pointerType: 'touch' }
  await press(page, finger)
  await pointer('pointermove', window, THURSDAY, 20 * 60, finger)
  vi.advanceTimersByTime(1_000)
  await pointer('pointermove', window, FRIDAY, 20 * 60, finger)
  expect(ghost(page)).toEqual([])
  await press(page, finger)
  vi.advanceTimersByTime(449)
  await flushPromises()
  expect(page.find('.dragging').exists()).toBe(false)
  vi.advanceTimersByTime(1)
  await flushPromises()
  expect(page.find('.dragging').exists()).toBe(true)
  await pointer('pointermove', window, FRIDAY, 18 * 60, finger)
  expect(ghost(page)).toEqual(['18:00'])
})

it('leaves alone what may not be moved, and what another button is pressed on', async () => {
  const page = await draw()
  await press(page, { button: 2 })
  await pointer('pointermove', window, FRIDAY, 20 * 60)
  mayMove = false
  const other = await draw()
  await press(other)
  await pointer('pointermove', window, FRIDAY, 20 * 60)
  expect([...ghost(page), ...ghost(other)]).toEqual([])
})
