// How figures are drawn, and of which months. The figures themselves are the program's. Pure.
import { addMonths } from '../../rules/time'

/** As many months as the program answers at once. */
const MOST_MONTHS = 36

/** The lower end of a percent axis that shows every interval: 0, 20, 40, 60 or 80. */
export function axisFrom(lows: (number | null)[]): number {
  const known = lows.filter((low) => low !== null)
  return known.length ? Math.min(80, Math.floor(Math.min(...known) / 20) * 20) : 0
}

/** Where a percentage lies on an axis that ends at 100, itself in percent. */
export function along(value: number, from: number): number {
  return Math.min(100, Math.max(0, ((value - from) / (100 - from)) * 100))
}

/** Runs of neighbours that are shown: a hidden month breaks the line. */
export function unbroken<F extends { share: number | null }>(figures: F[]): { index: number; figure: F }[][] {
  const runs: { index: number; figure: F }[][] = []
  let open = false
  figures.forEach((figure, index) => {
    if (figure.share === null) {
      open = false
      return
    }
    if (!open) runs.push([])
    runs.at(-1)?.push({ index, figure })
    open = true
  })
  return runs
}

/** A month's name is drawn only so often that names do not touch. */
export function labelEvery(count: number): number {
  return count <= 12 ? 1 : count <= 24 ? 3 : 6
}

/** The months asked for: as the address says, else this year so far; never backwards, never too many. */
export function rangeOf(from: unknown, to: unknown, thisMonth: string): { from: string; to: string } {
  const read = (value: unknown) => (typeof value === 'string' && /^20\d\d-(0[1-9]|1[0-2])$/.test(value) ? value : null)
  const last = read(to) ?? thisMonth
  const first = read(from) ?? `${last.slice(0, 4)}-01`
  if (first > last) return { from: last, to: last }
  const earliest = addMonths(last, 1 - MOST_MONTHS)
  return { from: first < earliest ? earliest : first, to: last }
}

/** Months to choose from, the newest first. */
export function monthsBefore(thisMonth: string): string[] {
  return Array.from({ length: MOST_MONTHS }, (_, index) => addMonths(thisMonth, -index))
}
