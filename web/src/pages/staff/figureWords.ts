// Shares as the tables and pictures of the figures write them: with one decimal, in the reader's way.
import { number, percent, t } from '../../i18n'

/** "92.4", or nothing of what is not shown. */
export const tenth = (value: number | null) => (value === null ? '' : number(value, 1))
/** "92.4%" */
export const share = (value: number | null) => (value === null ? '' : percent(value, 1))
/** "88.1–95.0%" */
export const interval = (low: number | null, high: number | null) => `${tenth(low)}–${share(high)}`
/** "25 min", "7.9 h", "3.8 days": as coarse as it is long; a dash of nothing. */
export function took(minutes: number | null): string {
  if (minutes === null) return '–'
  if (minutes < 120) return t('work.minutes', { n: minutes })
  return minutes < 48 * 60 ? t('work.hours', { hours: number(minutes / 60, 1) }) : t('work.days', { days: number(minutes / 1440, 1) })
}
