import type { CalendarDay } from '../api/types'
import { weeksOf } from './month'

/** The months of a year, "YYYY-MM". */
export function monthsOf(year: number): string[] {
  return Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`)
}

/** The spans of days in which a year can be asked for: the program gives a quarter at a time. */
export function quartersOf(year: number): { from: string; to: string }[] {
  return [['01-01', '03-31'], ['04-01', '06-30'], ['07-01', '09-30'], ['10-01', '12-31']].map(([from, to]) => ({ from: `${year}-${from}`, to: `${year}-${to}` }))
}

/** The weeks of a month, Monday first, with what is known of its days; null for days of the months beside it. */
export function monthDays(month: string, days: Map<string, CalendarDay>): (CalendarDay | null)[][] {
  return weeksOf(month).map((week) => week.map((date) => (date.startsWith(month) ? days.get(date) ?? null : null)))
}

/** How many days of each kind. */
export function tally(days: CalendarDay[]): { working: number; off: number; makeup: number } {
  const count = (...kinds: CalendarDay['kind'][]) => days.filter((day) => kinds.includes(day.kind)).length
  return { working: count('workday', 'makeup_workday'), off: count('holiday'), makeup: count('makeup_workday') }
}

const CHUNK = 8_192

/** Bytes as base64 writes them. */
export function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(text)
}
