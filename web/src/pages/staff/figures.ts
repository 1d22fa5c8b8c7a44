// Shares with their uncertainty, summed over what may be shown. Pure.
import type { FigureRow, FigureTotal } from '../../api/types'
import { addMonths } from '../../rules/time'

const Z = 1.96
/** As many months as the program answers at once. */
export const MOST_MONTHS = 36

export interface Sum {
  invited: number; answered: number
  /** Percent of the invited who answered. */
  response: number | null
  /** Of those whose levels are shown: how many there are, and how many chose the top level. */
  n: number; top: number
  share: number | null; low: number | null; high: number | null
  /** Months or groups that are left out of the share. */
  withheld: number
}

/** Percent with one decimal, half up, like the program's. */
export function percent(part: number, whole: number): number | null {
  return whole ? Math.floor((part * 1000) / whole + 0.5) / 10 : null
}

/** The Wilson 95 % interval of k of n, in percent with one decimal. */
export function wilson(k: number, n: number): { low: number; high: number } | null {
  if (!n) return null
  const p = k / n
  const z2 = Z * Z
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n)
  const half = (Z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))
  const tenth = (value: number) => Math.floor(Math.min(1, Math.max(0, value)) * 1000 + 0.5) / 10
  return { low: tenth(middle - half), high: tenth(middle + half) }
}

type Figure = Pick<FigureTotal, 'invited' | 'answered' | 'top' | 'hidden'>

/** Several lines as one. Hidden lines count for the invited and answered, but not for the share. */
export function sumOf(figures: Figure[]): Sum {
  const shown = figures.filter((figure) => !figure.hidden && figure.top !== null)
  const add = (lines: Figure[], value: (figure: Figure) => number) => lines.reduce((sum, line) => sum + value(line), 0)
  const invited = add(figures, (figure) => figure.invited)
  const answered = add(figures, (figure) => figure.answered)
  const n = add(shown, (figure) => figure.answered)
  const top = add(shown, (figure) => figure.top ?? 0)
  const interval = wilson(top, n)
  return {
    invited, answered, response: percent(answered, invited), n, top,
    share: percent(top, n), low: interval?.low ?? null, high: interval?.high ?? null,
    withheld: figures.filter((figure) => figure.hidden && figure.answered > 0).length,
  }
}

/** One sum for each service, in the order in which they first appear. */
export function byService(rows: FigureRow[]) {
  const services = new Map<string, FigureRow[]>()
  for (const row of rows) services.set(row.service_id, [...(services.get(row.service_id) ?? []), row])
  return [...services].map(([id, lines]) => ({ id, service: lines[0]!.service, sum: sumOf(lines) }))
}

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
