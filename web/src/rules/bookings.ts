import type { Booking } from '../api/types'

/** True while a hold still keeps its place. */
export function holds(booking: Pick<Booking, 'state' | 'hold_expires_at'>, now: number): boolean {
  return booking.state === 'held' && !!booking.hold_expires_at && Date.parse(booking.hold_expires_at) > now
}

/**
 * Milliseconds that a hold still lasts, 0 when it is over. Never more than it lasted in the beginning: the clock of
 * this page and the program's may be a second apart.
 */
export function holdLeft(booking: Pick<Booking, 'created_at' | 'hold_expires_at'>, now: number): number {
  if (!booking.hold_expires_at) return 0
  const ends = Date.parse(booking.hold_expires_at)
  return Math.max(0, Math.min(ends - now, ends - Date.parse(booking.created_at)))
}

/** True when the session page is open for this booking. The page may have been read before it opened. */
export function joinable(booking: Booking, now: number): boolean {
  if (booking.can.join) return true
  const { next_steps, join_from, join_until } = booking
  return next_steps[0] === 'join_video' && !!join_from && !!join_until && Date.parse(join_from) <= now && now < Date.parse(join_until)
}

/** The booking to act on first: a hold that runs out, else the soonest that is not over. */
export function mostPressing(coming: Booking[], now: number): Booking | undefined {
  const soonest = [...coming]
    .filter((booking) => booking.state !== 'held' && Date.parse(booking.ends_at) > now)
    .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))[0]
  if (soonest && joinable(soonest, now)) return soonest
  return coming.find((booking) => holds(booking, now)) ?? soonest
}

/** Calendar days from one day to another. */
export function daysAway(day: string, today: string): number {
  return Math.round((Date.parse(`${day}T12:00:00Z`) - Date.parse(`${today}T12:00:00Z`)) / 86_400_000)
}
