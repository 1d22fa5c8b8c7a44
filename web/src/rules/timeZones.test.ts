// Days and times in every zone that there is, around each change of its clocks: hours that are skipped and hours that
// come twice.
import { expect, it } from 'vitest'
import { addDays, clock, dayIn, instantAt, minuteOfDay, offsetWords } from './time'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const FROM = Date.parse('2026-01-01T00:00:00Z')
const UNTIL = Date.parse('2028-01-01T00:00:00Z')
const zones = Intl.supportedValuesOf('timeZone')

/** How far a zone is ahead, in minutes, read off what pages show of it. */
function ahead(at: number, zone: string): number {
  const [, sign, hours, rest] = /^UTC([+-])(\d+)(?::(\d+))?$/.exec(offsetWords(at, zone))!
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(rest ?? 0))
}

/** The instants at which the clocks of a zone are changed. */
function changesOf(zone: string): number[] {
  const found: number[] = []
  for (let day = FROM; day < UNTIL; day += 5 * DAY) {
    let [before, after] = [day, day + 5 * DAY]
    if (ahead(before, zone) === ahead(after, zone)) continue
    while (after - before > MINUTE) {
      const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE
      if (ahead(middle, zone) === ahead(before, zone)) before = middle
      else after = middle
    }
    found.push(after)
  }
  return found
}

const changes = zones.flatMap((zone) => changesOf(zone).map((at) => ({ zone, at })))
const wall = (at: number, zone: string) => `${dayIn(at, zone)} ${clock(at, zone)}`
/** What a clock shows, counted and not formatted. */
const counted = (at: number, offset: number) => new Date(at + offset * MINUTE).toISOString().slice(0, 16).replace('T', ' ')

it('there are enough zones with enough changes to say something', () => {
  expect(zones.length).toBeGreaterThan(400)
  expect(changes.length).toBeGreaterThan(400)
  expect(changes.some(({ at, zone }) => ahead(at, zone) > ahead(at - MINUTE, zone))).toBe(true)
  expect(changes.some(({ at, zone }) => ahead(at, zone) < ahead(at - MINUTE, zone))).toBe(true)
})

it('a day and a time are those of the zone on both sides of every change', () => {
  const wrong: string[] = []
  for (const { zone, at } of changes) {
    for (const near of [at - 90 * MINUTE, at - MINUTE, at, at + MINUTE, at + 90 * MINUTE]) {
      const shown = wall(near, zone)
      const minutes = minuteOfDay(near, zone)
      if (shown !== counted(near, ahead(near, zone)) || shown.slice(11) !== new Date(minutes * MINUTE).toISOString().slice(11, 16)) wrong.push(`${zone} ${shown}`)
    }
  }
  expect(wrong).toEqual([])
})

it('a day and a time name the first instant at which clocks show them, or the change that skips them', () => {
  const wrong: string[] = []
  for (const { zone, at } of changes) {
    // every quarter of the hours around it, in the order in which they come
    const quarters = Array.from({ length: 33 }, (_, index) => at + (index - 16) * 15 * MINUTE)
    const first = new Map<string, number>()
    for (const instant of quarters) {
      const shown = wall(instant, zone)
      if (!first.has(shown)) first.set(shown, instant)
    }
    for (const [shown, instant] of first) {
      if (Date.parse(instantAt(shown.slice(0, 10), shown.slice(11), zone)) !== instant) wrong.push(`${zone} ${shown}`)
    }
    const [was, is] = [ahead(at - MINUTE, zone), ahead(at, zone)]
    for (let skipped = 0; skipped < is - was; skipped += 15) {
      const shown = counted(at + skipped * MINUTE, was)
      if (Date.parse(instantAt(shown.slice(0, 10), shown.slice(11), zone)) !== at) wrong.push(`${zone} ${shown} is skipped`)
    }
  }
  expect(wrong).toEqual([])
})

it('midnight is 00:00 everywhere and days follow one another, also where a midnight is skipped', () => {
  const wrong: string[] = []
  for (const zone of zones) {
    for (const day of ['2026-03-28', '2026-09-05', '2026-10-24', '2026-12-31']) {
      const begins = instantAt(day, '00:00', zone)
      if (dayIn(begins, zone) !== day || dayIn(Date.parse(begins) - MINUTE, zone) !== addDays(day, -1)) wrong.push(`${zone} ${day} ${begins}`)
      if (clock(begins, zone) !== '00:00' && !changes.some((change) => change.zone === zone && change.at === Date.parse(begins))) wrong.push(`${zone} ${day} ${clock(begins, zone)}`)
    }
  }
  expect(wrong).toEqual([])
})
