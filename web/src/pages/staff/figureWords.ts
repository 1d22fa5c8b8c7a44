// Shares as the tables and pictures of the figures write them: with one decimal, in the reader's way.
import { number, percent } from '../../i18n'

/** "92.4", or nothing of what is not shown. */
export const tenth = (value: number | null) => (value === null ? '' : number(value, 1))
/** "92.4%" */
export const share = (value: number | null) => (value === null ? '' : percent(value, 1))
/** "88.1–95.0%" */
export const interval = (low: number | null, high: number | null) => `${tenth(low)}–${share(high)}`
