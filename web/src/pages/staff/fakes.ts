// A day of the office and its bookings, for the tests of this folder.
import { defineComponent, h, type Component } from 'vue'
import { show } from '../../../tests/show'
import type { DayBooking, OfficerDay } from '../../api/types'
import { provideDesk, type Desk } from './desk'

export const ZONE = 'Asia/Shanghai'
/** A clock of that day at the venue. */
export const at = (clock: string, day = '2026-11-26') => new Date(`${day}T${clock}:00+08:00`).toISOString()

const CAN = { accept: false, refuse: false, check_in: false, complete: false, no_show: false, reopen: false, join: false, cancel: false, change: false }
const both = (text: string) => ({ 'zh-CN': text, en: text })

export const booking = (id: string, from: string, until: string, more: Record<string, unknown> = {}) => ({
  id, kind: 'video', state: 'accepted', channel: 'online', booker_name: `${id} Lin`, enterprise: null, next_steps: [], can: CAN, session: null, topic: null,
  service: { id: 's', name: both(`service of ${id}`) }, venue: { id: 'v', name: both('City hall'), zone: ZONE }, officer: { id: 'o', name: 'Zhou', badge_no: '7' },
  reason: null, hold_expires_at: null, overlaps: [], about: [], stages: [], starts_at: at(from), ends_at: at(until), ...more,
}) as unknown as DayBooking

export const officeDay = (more: Partial<OfficerDay> = {}): OfficerDay => ({
  kind: 'workday', name: null, bookings: [], waiting: [], waiting_late_minutes: 15, undecided: [], undecided_total: 0, undecided_next_cursor: null,
  nobody_decided: 0, nobody_decided_days: 7, ...more,
}) as unknown as OfficerDay

/** Draws a part of the day's page with the desk that it works at. */
export async function showAtDesk(part: Component, props: Record<string, unknown>) {
  let desk: Desk | undefined
  const Page = defineComponent({ props: Object.keys(props), setup: (given) => {
    desk = provideDesk(() => Promise.resolve(), () => undefined)
    return () => h(part, given)
  } })
  const shown = await show(Page, { props, areas: ['staff'], language: 'en' })
  return Object.assign(shown, { desk: desk as Desk })
}
