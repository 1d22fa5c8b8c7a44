// The languages there are: the folders of `messages/`. What a language is called, and how it writes what `Intl` leaves
// open, stands in its own `language.ts`; nothing else here or on any page knows which languages there are.
import type { Locale } from '../api/types'

export interface Language {
  /** What it calls itself, and the same for a narrow button. */
  name: string
  short: string
  /** The country whose ways of writing dates, numbers and lists are taken. */
  formats: string
  /** A day with its weekday, each as `Intl` writes it. */
  day: string
  /** A day followed by a time of it. */
  dayAndTime: string
  /** A day where there is no room for more. */
  shortDay: Intl.DateTimeFormatOptions
  /** Whether the official calendar's own names of holidays are in it, which fit where there is no room. */
  shortHolidays: boolean
  /** Whether the midnight by which something is due is 24:00 of the day that it ends. */
  midnightEndsDay: boolean
}

const found = import.meta.glob<Language>('../messages/*/language.ts', { eager: true, import: 'default' })
const byLocale = Object.fromEntries(Object.entries(found).map(([file, language]) => [file.split('/').at(-2), language])) as Record<Locale, Language>

/** Spoken to whom speaks none of the others. */
export const FIRST: Locale = 'zh-CN'
export const LANGUAGES = (Object.keys(byLocale) as Locale[]).sort((a, b) => Number(b === FIRST) - Number(a === FIRST) || a.localeCompare(b))

export function languageOf(locale: Locale): Language {
  return byLocale[locale]
}

/** The first of somebody's languages that there is, whichever country's it is. */
export function spokenOf(wanted: readonly string[]): Locale {
  const main = (tag: string) => tag.toLowerCase().split('-', 1)[0]
  for (const tag of wanted) {
    const spoken = LANGUAGES.find((locale) => locale === tag) ?? LANGUAGES.find((locale) => main(locale) === main(tag))
    if (spoken) return spoken
  }
  return FIRST
}

/** Which of the forms of a message ("one | few | many", in the order of Unicode's categories) goes with a number. */
export function pluralRule(locale: Locale): (n: number, forms: number) => number {
  const rules = new Intl.PluralRules(locale)
  const order = ['zero', 'one', 'two', 'few', 'many', 'other']
  const categories = order.filter((category) => (rules.resolvedOptions().pluralCategories as string[]).includes(category))
  return (n, forms) => Math.min(categories.indexOf(rules.select(n)), forms - 1)
}
