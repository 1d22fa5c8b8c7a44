// How some days of the office are laid out on the board. Pure: bookings, zone and open hours come in; columns, minutes
// of the day and lanes come out.
import type { BoardBooking, BoardService, BookedStage, Slot } from '../../api/types'
import { addDays, dayIn, minuteOfDay } from '../../rules/time'
import { isAside } from './day'

/** A row of the board. */
export const ROW_MINUTES = 15
export const DAY_MINUTES = 24 * 60
const WEEK = 7

export interface Span { from: number; to: number }
interface Timed { starts_at: string; ends_at: string }
/** What stands in one place: a booking, or one of its stages. */
export interface Block extends Timed { key: string; booking: BoardBooking; stage?: BookedStage }
/** As much of it as lies on a day, beside others at the same time. */
export interface Piece extends Span { block: Block; lane: number; lanes: number }
export interface Column { key: string; day: string; service?: BoardService; pieces: Piece[]; closed: Span[]; lanes: number }

/** The days of the week around one, from Monday. */
export function weekAround(day: string): string[] {
  const weekday = (new Date(`${day}T12:00:00Z`).getUTCDay() + WEEK - 1) % WEEK
  return Array.from({ length: WEEK }, (_, index) => addDays(day, index - weekday))
}

/** Stage by stage where a booking has some; what takes no place any more is left out. */
export function blocksOf(bookings: BoardBooking[]): Block[] {
  return bookings.filter((booking) => !isAside(booking)).flatMap((booking): Block[] => booking.stages.length
    ? booking.stages.map((stage) => ({ key: `${booking.id}/${stage.stage}`, booking, stage, starts_at: stage.starts_at, ends_at: stage.ends_at }))
    : [{ key: booking.id, booking, starts_at: booking.starts_at, ends_at: booking.ends_at }])
}

/** The minutes of a day that something covers, if it touches it. */
function minutesOn(day: string, { starts_at, ends_at }: Timed, zone: string): Span | undefined {
  const [first, last] = [dayIn(starts_at, zone), dayIn(ends_at, zone)]
  const from = first < day ? 0 : minuteOfDay(starts_at, zone)
  const to = last > day ? DAY_MINUTES : minuteOfDay(ends_at, zone)
  return first <= day && last >= day && from < to ? { from, to } : undefined
}

/** Side by side where they overlap; as many lanes as the fullest moment of a run of them needs. */
function inLanes(spans: (Span & { block: Block })[]): Piece[] {
  const sorted = [...spans].sort((one, other) => one.from - other.from || other.to - one.to)
  const pieces: Piece[] = []
  let run: Piece[] = []
  let ends: number[] = []
  const close = () => {
    for (const piece of run) piece.lanes = ends.length
    run = []
    ends = []
  }
  for (const span of sorted) {
    if (ends.every((end) => end <= span.from)) close()
    const free = ends.findIndex((end) => end <= span.from)
    const lane = free < 0 ? ends.length : free
    ends[lane] = span.to
    const piece = { ...span, lane, lanes: 1 }
    run.push(piece)
    pieces.push(piece)
  }
  close()
  return pieces
}

/** When all of some services are closed on a day. */
export function closedOn(day: string, services: BoardService[], zone: string): Span[] {
  const open = services.flatMap((service) => service.open.flatMap((span) => minutesOn(day, span, zone) ?? [])).sort((one, other) => one.from - other.from)
  const closed: Span[] = []
  let until = 0
  for (const { from, to } of open) {
    if (from > until) closed.push({ from: until, to: from })
    until = Math.max(until, to)
  }
  return until < DAY_MINUTES ? [...closed, { from: until, to: DAY_MINUTES }] : closed
}

/** So much of what was before the present is seen with it, and so much before the morning. */
const BEFORE_NOW = 120
const BEFORE_MORNING = 30

/**
 * The minute at which one begins to look: the office's morning, or the present where today is shown and has gone on
 * from there, or has not come so far. A booking in the night is no reason to begin with the night.
 */
export function beginOf(morning: number, now?: number): number {
  const early = morning - BEFORE_MORNING
  const present = now === undefined ? early : now - BEFORE_NOW
  return Math.max(0, now !== undefined && now < early ? present : Math.max(early, present))
}

function column(key: string, day: string, services: BoardService[], blocks: Block[], zone: string): Column {
  const pieces = inLanes(blocks.flatMap((block) => {
    const span = minutesOn(day, block, zone)
    return span ? [{ ...span, block }] : []
  }))
  return { key, day, pieces, closed: closedOn(day, services, zone), lanes: Math.max(1, ...pieces.map(({ lanes }) => lanes)) }
}

/** A week: a column for each day. */
export function dayColumns(days: string[], services: BoardService[], blocks: Block[], zone: string): Column[] {
  return days.map((day) => column(day, day, services, blocks, zone))
}

/** A day: a column for each service. */
export function serviceColumns(day: string, services: BoardService[], blocks: Block[], zone: string): Column[] {
  return services.map((service) => ({ ...column(service.id, day, [service], blocks.filter(({ booking }) => booking.service.id === service.id), zone), service }))
}

// ---- free times, and going from one to the next ----

const byMinute = (slots: Slot[], zone: string, minute: number) =>
  slots.reduce<Slot | undefined>((best, slot) => (!best || Math.abs(minuteOfDay(slot.starts_at, zone) - minute) < Math.abs(minuteOfDay(best.starts_at, zone) - minute) ? slot : best), undefined)

/** The free time of a day that begins nearest to a minute. */
export function nearest(free: Slot[], zone: string, day: string, minute: number): Slot | undefined {
  return byMinute(free.filter((slot) => dayIn(slot.starts_at, zone) === day), zone, minute)
}

/** Where an arrow leads from a free time; nothing where there is none that way. Free times are in order. */
export function step(free: Slot[], from: Slot, key: string, zone: string): Slot | undefined {
  const at = free.indexOf(from)
  const day = dayIn(from.starts_at, zone)
  const minute = minuteOfDay(from.starts_at, zone)
  const days = [...new Set(free.map((slot) => dayIn(slot.starts_at, zone)))]
  switch (key) {
    case 'ArrowUp': return free[at - 1]
    case 'ArrowDown': return free[at + 1]
    case 'ArrowLeft': return nearest(free, zone, days[days.indexOf(day) - 1] ?? '', minute)
    case 'ArrowRight': return nearest(free, zone, days[days.indexOf(day) + 1] ?? '', minute)
    case 'Home': return free.find((slot) => dayIn(slot.starts_at, zone) === day)
    case 'End': return free.findLast((slot) => dayIn(slot.starts_at, zone) === day)
    default: return undefined
  }
}
