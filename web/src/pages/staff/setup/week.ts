// Opening rules as a week one can paint: which hours of which weekday a kind of day is open.
import type { DayKind } from '../../../api/types'

/** A rule as it is typed: its minutes are the values of selects. */
export const DAY_KINDS: DayKind[] = ['any', 'working', 'non_working', 'after_hours']
export interface RuleDraft { day_kind: DayKind; weekdays: number[]; from: string; to: string }

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]
type Span = [from: number, to: number]

const spanOf = (rule: RuleDraft): Span => [Number(rule.from), Number(rule.to)]
const spansOn = (rules: RuleDraft[], kind: DayKind, weekday: number) =>
  rules.filter((rule) => rule.day_kind === kind && rule.weekdays.includes(weekday)).map(spanOf).sort(([a], [b]) => a - b)

/** How much of some minutes is open on a weekday of this kind. */
export function covered(rules: RuleDraft[], kind: DayKind, weekday: number, from: number, to: number): 'all' | 'part' | 'none' {
  const open = spansOn(rules, kind, weekday).reduce((sum, [begins, ends]) => sum + Math.max(0, Math.min(ends, to) - Math.max(begins, from)), 0)
  if (open >= to - from) return 'all'
  return open ? 'part' : 'none'
}

/** The spans with one more, which joins those that it touches. */
function joined(spans: Span[], [from, to]: Span): Span[] {
  const near = spans.filter(([begins, ends]) => begins <= to && from <= ends)
  const rest = spans.filter((span) => !near.includes(span))
  return [...rest, [Math.min(from, ...near.map(([begins]) => begins)), Math.max(to, ...near.map(([, ends]) => ends))]]
}

function without(spans: Span[], [from, to]: Span): Span[] {
  return spans.flatMap(([begins, ends]): Span[] => {
    const parts: Span[] = [[begins, Math.min(ends, from)], [Math.max(begins, to), ends]]
    return ends <= from || to <= begins ? [[begins, ends]] : parts.filter(([start, end]) => start < end)
  })
}

/** The rules with some minutes of a weekday open, or closed where they were open. Rules of other kinds stay as they are. */
export function toggled(rules: RuleDraft[], kind: DayKind, weekday: number, from: number, to: number): RuleDraft[] {
  const isOpen = covered(rules, kind, weekday, from, to) === 'all'
  const found = new Map<string, RuleDraft>()
  for (const day of WEEKDAYS) {
    const before = spansOn(rules, kind, day)
    const change = isOpen ? without : joined
    for (const [begins, ends] of day === weekday ? change(before, [from, to]) : before) {
      const key = `${begins}-${ends}`
      const rule = found.get(key) ?? { day_kind: kind, weekdays: [], from: String(begins), to: String(ends) }
      rule.weekdays.push(day)
      found.set(key, rule)
    }
  }
  const own = [...found.values()].sort((a, b) => Number(a.from) - Number(b.from))
  return [...rules.filter((rule) => rule.day_kind !== kind), ...own]
}
