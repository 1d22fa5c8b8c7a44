// Times as people read them: always with weekday on a date and with the zone on a time. Pure: language, zone and
// instant come in. Dates "YYYY-MM-DD" are calendar days of the venue and are never shifted by a zone.
import type { Locale } from '../api/types'
import { languageOf } from '../i18n/languages'

const FIGURES = 'en-GB'
const MIDNIGHT = '00:00'
const formats = new Map<string, Intl.DateTimeFormat>()
function format(tag: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag}|${zone}|${JSON.stringify(options)}`
  let made = formats.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(tag, { timeZone: zone, ...options })
    formats.set(key, made)
  }
  return made
}

/** Figures that are the same in every language, or that the page itself reads. */
const figures = (zone: string, options: Intl.DateTimeFormatOptions) => format(FIGURES, zone, options)
/** A calendar day as a language writes it. */
const written = (day: string, language: Locale, options: Intl.DateTimeFormatOptions) => format(languageOf(language).formats, 'UTC', options).format(noonOf(day))

type Instant = string | number
const at = (instant: Instant) => new Date(instant)
/** A calendar day as an instant that falls on it in UTC. */
const noonOf = (day: string) => at(`${day}T12:00:00Z`)
const fill = (pattern: string, parts: Record<string, string>) => pattern.replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '')

/** "14:00" */
export function clock(instant: Instant, zone: string): string {
  return figures(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at(instant))
}

/** "14:12:47" */
export function clockSeconds(instant: Instant, zone: string): string {
  return figures(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at(instant))
}

/** "2026-09-30": the calendar day an instant falls on in a zone. */
export function dayIn(instant: Instant, zone: string): string {
  const parts = figures(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at(instant))
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** "9月30日 周三" / "Wed 30 Sep"; with the year when it is not the one of `today`. */
export function dayWords(day: string, language: Locale, today?: string): string {
  const year = today && !today.startsWith(day.slice(0, 4)) ? ({ year: 'numeric' } as const) : {}
  const date = written(day, language, { ...year, month: 'short', day: 'numeric' })
  return fill(languageOf(language).day, { date, weekday: weekdayWords(day, language) })
}

/** "12/1" / "1 Dec" */
export function shortDayWords(day: string, language: Locale): string {
  return written(day, language, languageOf(language).shortDay)
}

export function weekdayWords(day: string, language: Locale): string {
  return written(day, language, { weekday: 'short' })
}

/** "三" / "W": for the head of a column where nothing more fits. */
export function narrowWeekdayWords(day: string, language: Locale): string {
  return written(day, language, { weekday: 'narrow' })
}

/** "2026年10月" / "October 2026" for "2026-10" */
export function monthWords(month: string, language: Locale): string {
  return written(`${month}-15`, language, { year: 'numeric', month: 'long' })
}

/** "10月" / "Oct" for "2026-10" */
export function shortMonthWords(month: string, language: Locale): string {
  return written(`${month}-15`, language, { month: 'short' })
}

/** A day and a time that are in words already, as one. */
export function dayAndTime(day: string, time: string, language: Locale): string {
  return fill(languageOf(language).dayAndTime, { day, time })
}

/** "9月30日 周三 14:00": an instant in a zone. */
export function whenWords(instant: Instant, zone: string, language: Locale): string {
  return dayAndTime(dayWords(dayIn(instant, zone), language, dayIn(Date.now(), zone)), clock(instant, zone), language)
}

/**
 * The day and the clock by which something is due: where a language says so, midnight is the end of the day that is
 * over then ("12月4日 24:00"), which nobody takes for the day that begins.
 */
export function due(instant: Instant, zone: string, language: Locale): { day: string; clock: string } {
  const [day, time] = [dayIn(instant, zone), clock(instant, zone)]
  return languageOf(language).midnightEndsDay && time === MIDNIGHT ? { day: addDays(day, -1), clock: minuteClock(24 * 60) } : { day, clock: time }
}

/** "9月30日 周三 24:00": by when something is due, as [`whenWords`]. */
export function dueWords(instant: Instant, zone: string, language: Locale): string {
  const by = due(instant, zone, language)
  return dayAndTime(dayWords(by.day, language, dayIn(Date.now(), zone)), by.clock, language)
}

/** Minutes a zone is ahead of UTC at an instant. */
function offsetMinutes(instant: Instant, zone: string): number {
  const name = figures(zone, { timeZoneName: 'longOffset' })
    .formatToParts(at(instant)).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  if (!hours) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Minutes from one instant to another. */
export function minutesBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / MINUTE_MS)
}

/**
 * The instant at which a clock in a zone shows a day and a time "HH:MM". As the program has it: a time that comes twice
 * is the first of them, one that a change of the clocks skips is the instant of the change.
 */
export function instantAt(day: string, time: string, zone: string): string {
  const asUtc = Date.parse(`${day}T${time}:00Z`)
  const offsets = [offsetMinutes(asUtc - DAY_MS, zone), offsetMinutes(asUtc + DAY_MS, zone)]
  const tried = offsets.map((offset) => ({ offset, instant: asUtc - offset * MINUTE_MS })).sort((one, other) => one.instant - other.instant)
  const shown = tried.find(({ offset, instant }) => offsetMinutes(instant, zone) === offset)
  if (shown) return new Date(shown.instant).toISOString()
  // skipped: the change lies between what it would be by the offset of afterwards and by that of before
  let [before, after] = [tried[0]?.instant ?? asUtc, tried[1]?.instant ?? asUtc]
  while (after - before > MINUTE_MS) {
    const middle = Math.floor((before + after) / 2 / MINUTE_MS) * MINUTE_MS
    if (offsetMinutes(middle, zone) === offsetMinutes(before, zone)) before = middle
    else after = middle
  }
  return new Date(after).toISOString()
}

/** "UTC+8" */
export function offsetWords(instant: Instant, zone: string): string {
  const minutes = offsetMinutes(instant, zone)
  const rest = Math.abs(minutes % 60)
  const hours = Math.trunc(minutes / 60)
  return `UTC${minutes < 0 ? '-' : '+'}${Math.abs(hours)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`
}

/** The zone by the name the browser has for it. */
export function zoneWords(zone: string, language: Locale): string {
  return format(languageOf(language).formats, zone, { timeZoneName: 'longGeneric' })
    .formatToParts(0).find((part) => part.type === 'timeZoneName')?.value ?? zone
}

export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}

/** True when a clock in the one zone shows another time than in the other at that instant. */
export function zonesDiffer(instant: Instant, one: string, other: string): boolean {
  return offsetMinutes(instant, one) !== offsetMinutes(instant, other)
}

/** Minutes since midnight in a zone. */
export function minuteOfDay(instant: Instant, zone: string): number {
  const [hours, minutes] = clock(instant, zone).split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

/** "08:30" of a minute of the day; the midnight that ends it is 24:00. */
export function minuteClock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

/** "08:30–12:00" */
export const clockSpan = ({ from_minute: from, to_minute: to }: { from_minute: number; to_minute: number }) => `${minuteClock(from)}–${minuteClock(to)}`

/** Whole minutes since an instant, never negative. */
export function minutesSince(since: Instant | null, now: number): number {
  return since === null ? 0 : Math.max(0, Math.floor((now - at(since).getTime()) / 60_000))
}

/** The calendar day `days` after another. */
export function addDays(day: string, days: number): string {
  const moved = noonOf(day)
  moved.setUTCDate(moved.getUTCDate() + days)
  return moved.toISOString().slice(0, 10)
}

/** The month `months` after another, "YYYY-MM". */
export function addMonths(month: string, months: number): string {
  const moved = noonOf(`${month}-15`)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  return moved.toISOString().slice(0, 7)
}

/** "07:42" of a span that counts down; never below zero. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

/** "00:12:14" */
export function timecode(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':')
}
