import { addDays, addMonths } from './time'

const WEEK = 7

/** The weeks, Monday first, that show a month "YYYY-MM": whole weeks of "YYYY-MM-DD". */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`
  const weekday = new Date(`${first}T12:00:00Z`).getUTCDay()
  const next = `${addMonths(month, 1)}-01`
  const weeks: string[][] = []
  for (let monday = addDays(first, -((weekday + 6) % WEEK)); monday < next; monday = addDays(monday, WEEK)) {
    weeks.push(Array.from({ length: WEEK }, (_, index) => addDays(monday, index)))
  }
  return weeks
}

/** Where the focus goes from a day with an arrow key, among the days that can be chosen. */
export function nextDay(from: string, key: string, choosable: string[]): string | undefined {
  const before = choosable.filter((day) => day < from)
  const after = choosable.filter((day) => day > from)
  switch (key) {
    case 'ArrowLeft': return before.at(-1)
    case 'ArrowRight': return after[0]
    case 'ArrowUp': return before.filter((day) => day <= addDays(from, -WEEK)).at(-1)
    case 'ArrowDown': return after.find((day) => day >= addDays(from, WEEK))
    case 'Home': return choosable[0]
    case 'End': return choosable.at(-1)
    default: return undefined
  }
}
