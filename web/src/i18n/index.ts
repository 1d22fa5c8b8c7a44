// Words in the reader's language. A page names the areas it speaks from in its route's meta; only those files of the
// chosen language are fetched. `common` in Chinese is part of the entry.
import { createI18n } from 'vue-i18n'
import type { Locale, Text } from '../api/types'
import common from '../messages/zh-CN/common'
import type { Area, ValuesFor, WordKey } from './keys'
import { FIRST, LANGUAGES, languageOf, pluralRule, spokenOf } from './languages'

export { LANGUAGES, languageOf } from './languages'
export type { Area, PlainKey, WordKey } from './keys'

const KEPT = 'mianqia.language'

type Messages = { [key: string]: string | Messages }
const files = import.meta.glob<Messages>(['../messages/*/*.ts', '!../messages/*/language.ts', '!../messages/zh-CN/common.ts'], { import: 'default' })

function keptLanguage(): Locale {
  let kept: string | null = null
  try {
    kept = localStorage.getItem(KEPT)
  } catch {
    // forbidden: the browser's own languages must do
  }
  return spokenOf(kept ? [kept, ...navigator.languages] : navigator.languages)
}

export const i18n = createI18n({
  legacy: false,
  // words are said by the typed `t` below only
  globalInjection: false,
  locale: keptLanguage(),
  fallbackLocale: false,
  messages: { [FIRST]: { common } },
  pluralRules: Object.fromEntries(LANGUAGES.map((language) => [language, pluralRule(language)])),
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})
document.documentElement.lang = i18n.global.locale.value

const loaded = new Set([`${FIRST}/common`])
/** Areas some page has asked for; a change of language brings all of them along. */
const areas = new Set<Area>(['common'])

export function currentLanguage(): Locale {
  return i18n.global.locale.value as Locale
}

async function loadFile(language: Locale, area: Area) {
  const name = `${language}/${area}`
  if (loaded.has(name)) return
  const file = files[`../messages/${name}.ts`]
  if (!file) throw new Error(`no messages ${name}`)
  i18n.global.mergeLocaleMessage(language, { [area]: await file() })
  loaded.add(name)
}

/** Brings the message files of these areas in the chosen language. The router calls it before a page shows. */
export async function loadAreas(wanted: readonly Area[] = []) {
  for (const area of wanted) areas.add(area)
  await Promise.all([...areas].map((area) => loadFile(currentLanguage(), area)))
}

/** Changes the language of the page and keeps the choice on this device. */
export async function setLanguage(language: Locale) {
  await Promise.all([...areas].map((area) => loadFile(language, area)))
  i18n.global.locale.value = language
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEPT, language)
  } catch {
    // private mode: the choice lasts until the page is closed
  }
}

/**
 * A message in the chosen language, with a value for each of its gaps. The one called `n` is the number that the
 * message's forms go by, where a language has several. In a template or a `computed` it follows the language.
 */
export function t<Key extends WordKey>(key: Key, ...[values]: ValuesFor<Key>): string {
  const gaps: Record<string, string | number> = values ?? {}
  return typeof gaps.n === 'number' ? i18n.global.t(key, gaps, gaps.n) : i18n.global.t(key, gaps)
}

/** The key for something the program named, of which it may know more kinds than the pages do; else the other key. */
export function keyOr<Key extends WordKey>(named: string, otherwise: Key): Key {
  return i18n.global.te(named) ? (named as Key) : otherwise
}

/** A text of the program's in the chosen language, else in the first one there is. */
export function say(text: Text | null | undefined): string {
  return text?.[currentLanguage()] ?? Object.values(text ?? {})[0] ?? ''
}

/** "A、B、C" / "A, B, C" */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat(languageOf(currentLanguage()).formats, { style: 'narrow' }).format(words)
}

/** "1,024": a whole number, or one with as many decimals as are asked for. */
export function number(value: number, decimals = 0): string {
  return new Intl.NumberFormat(languageOf(currentLanguage()).formats, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value)
}

/** "92.4%" of 92.4, and of 60 "60%" where no decimals are asked for. */
export function percent(value: number, decimals = 0): string {
  return percentParts(value, decimals).map((part) => part.value).join('')
}

/** The same in its parts, to set the sign smaller than the figure. */
export function percentParts(value: number, decimals = 0): Intl.NumberFormatPart[] {
  const format = { style: 'percent', minimumFractionDigits: decimals, maximumFractionDigits: decimals } as const
  return new Intl.NumberFormat(languageOf(currentLanguage()).formats, format).formatToParts(value / 100)
}
