// Times that are in the night of whoever reads them, though not of the venue: easily chosen by mistake. Pure.
import { minuteOfDay, zonesDiffer } from './time'

const NIGHT_FROM = 22 * 60
const NIGHT_UNTIL = 6 * 60

/** Whether something begins in the reader's night, while their clock shows another time than the venue's. */
export function isOddHour(startsAt: string, zone: string, mine: string): boolean {
  const minute = minuteOfDay(startsAt, mine)
  return zonesDiffer(startsAt, zone, mine) && (minute >= NIGHT_FROM || minute < NIGHT_UNTIL)
}
