// How an officer's day is laid out on its sheet. Pure: bookings, zone and office hours come in; minutes of the
// day, rows and lanes come out.
import type { Booking, BookingState } from '../../api/types'
import { dayIn, minuteOfDay } from '../../rules/time'

/** A row of the sheet. */
export const SLOT_MINUTES = 15
const DAY_MINUTES = 24 * 60
/** Divisible by every number of lanes that may stand side by side. */
export const COLUMNS = 6
const MOST_LANES = 3
const USUAL_HOURS = { from: 8 * 60, to: 17 * 60 + 30 }

export interface Sheet { from: number; to: number }
type Timed = Pick<Booking, 'starts_at' | 'ends_at'>
/** Bookings that begin together stand in one group, one below the other. */
export interface Group<B> { from: number; to: number; column: number; columns: number; bookings: B[] }
export interface DayLayout<B> { before: B[]; groups: Group<B>[]; after: B[] }

/** The part of the day the sheet is drawn for: the office's hours, to the full half hour. */
export function sheetOf(hours?: { from: string; to: string }[] | null): Sheet {
  if (!hours?.length) return USUAL_HOURS
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
  const from = Math.min(...hours.map((span) => minutes(span.from)))
  const to = Math.max(...hours.map((span) => minutes(span.to)))
  return { from: Math.floor(from / 30) * 30, to: Math.ceil(to / 30) * 30 }
}

/** From and to as minutes of the day on which it begins; what runs past midnight ends with the day. */
function minutesOf(booking: Timed, zone: string) {
  const from = minuteOfDay(booking.starts_at, zone)
  const overnight = dayIn(booking.ends_at, zone) !== dayIn(booking.starts_at, zone)
  return { from, to: overnight ? DAY_MINUTES : Math.max(minuteOfDay(booking.ends_at, zone), from + 1) }
}

const STATES_ASIDE: BookingState[] = ['cancelled', 'refused', 'expired']
/** What takes no place in the day any more. */
export const isAside = (booking: { state: BookingState }) => STATES_ASIDE.includes(booking.state)

/** The day's bookings before, on and after the sheet, those on it in lanes where they overlap. */
export function layOut<B extends Timed>(bookings: B[], zone: string, sheet: Sheet): DayLayout<B> {
  const sorted = [...bookings].sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
  const begins = (booking: B) => minuteOfDay(booking.starts_at, zone)
  const groups: Group<B>[] = []
  for (const booking of sorted) {
    const { from, to } = minutesOf(booking, zone)
    if (from < sheet.from || from >= sheet.to) continue
    const last = groups.at(-1)
    if (last?.from === from) {
      last.bookings.push(booking)
      last.to = Math.max(last.to, Math.min(to, sheet.to))
    } else {
      groups.push({ from, to: Math.min(to, sheet.to), column: 0, columns: COLUMNS, bookings: [booking] })
    }
  }
  return {
    before: sorted.filter((booking) => begins(booking) < sheet.from),
    groups: clusters(groups).flatMap(inLanes),
    after: sorted.filter((booking) => begins(booking) >= sheet.to),
  }
}

/** Runs of groups that overlap one another. */
function clusters<B>(groups: Group<B>[]): Group<B>[][] {
  const found: Group<B>[][] = []
  let until = -1
  for (const group of groups) {
    if (group.from < until) found.at(-1)?.push(group)
    else found.push([group])
    until = Math.max(until, group.to)
  }
  return found
}

/** Side by side while there is room to read; else one below the other. */
function inLanes<B>(cluster: Group<B>[]): Group<B>[] {
  const ends: number[] = []
  const lanes = cluster.map((group) => {
    const free = ends.findIndex((end) => end <= group.from)
    const lane = free < 0 ? ends.length : free
    ends[lane] = group.to
    return lane
  })
  if (ends.length > MOST_LANES) {
    const from = Math.min(...cluster.map((group) => group.from))
    return [{ from, to: Math.max(...ends), column: 0, columns: COLUMNS, bookings: cluster.flatMap((group) => group.bookings) }]
  }
  const columns = COLUMNS / ends.length
  return cluster.map((group, index) => ({ ...group, column: (lanes[index] ?? 0) * columns, columns }))
}

/** The row, from 1, in which a minute lies, and how far down in it. */
export function rowOf(minute: number, sheet: Sheet): { row: number; part: number } {
  const rows = (minute - sheet.from) / SLOT_MINUTES
  return { row: Math.floor(rows) + 1, part: rows - Math.floor(rows) }
}

/** Grid lines a group spans; the first column is the hours'. */
export function place(group: Group<unknown>, sheet: Sheet): { row: string; column: string } {
  const start = rowOf(group.from, sheet).row
  const end = Math.max(start + 1, Math.ceil((group.to - sheet.from) / SLOT_MINUTES) + 1)
  return { row: `${start} / ${end}`, column: `${group.column + 2} / span ${group.columns}` }
}

/** Full hours on the sheet. */
export function hoursOf(sheet: Sheet): number[] {
  const first = Math.ceil(sheet.from / 60)
  return Array.from({ length: Math.floor(sheet.to / 60) - first + 1 }, (_, index) => (first + index) * 60)
}

export function minuteWords(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
}

/** "154••••0009": enough to tell two numbers apart. */
export function maskNumber(number: string): string {
  return number.length < 8 ? '••••' : `${number.slice(0, 3)}••••${number.slice(-4)}`
}
