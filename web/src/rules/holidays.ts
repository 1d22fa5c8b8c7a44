import type { CalendarDay } from '../api/types'
import { addDays } from './time'

export interface Holiday { name: string | null; from: string; to: string; makeup: string[] }

/** The run of holidays that lasts today or begins next, with the make-up working days in sight. Null when none is. */
export function nearHoliday(days: CalendarDay[], today: string): Holiday | null {
  const holidays = days.filter((day) => day.kind === 'holiday' && day.date >= today)
  const first = holidays[0]
  if (!first) return null
  let to = first.date
  while (holidays.some((day) => day.date === addDays(to, 1) && day.name === first.name)) to = addDays(to, 1)
  const makeup = days.filter((day) => day.kind === 'makeup_workday' && day.date >= today && day.name === first.name)
  return { name: first.name, from: first.date, to, makeup: makeup.map((day) => day.date) }
}
