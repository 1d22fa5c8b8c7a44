// Languages and their message files. A page names the areas it speaks from in its route's meta; only those files
// of the chosen language are fetched. `common` in Chinese is part of the entry.
import { createI18n } from 'vue-i18n'
import zhCommon from '../messages/zh-CN/common'
import type { Locale, Text } from '../api/types'

export const LANGUAGES: Locale[] = ['zh-CN', 'en']
const KEPT = 'mianqia.language'

type Messages = Record<string, any>
const files = import.meta.glob<{ default: Messages }>([
  '../messages/*/*.ts',
  '!../messages/zh-CN/common.ts',
])

function keptLanguage(): Locale {
  return document.documentElement.lang === 'en' ? 'en' : 'zh-CN'
}

export const i18n = createI18n<[Messages], Locale, false>({
  legacy: false,
  locale: keptLanguage(),
  fallbackLocale: false as const,
  messages: { 'zh-CN': { common: zhCommon }, en: {} },
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

const loaded = new Set(['zh-CN/common'])
/** Areas some page has asked for; a change of language brings all of them along. */
const areas = new Set(['common'])

export function currentLanguage(): Locale {
  return i18n.global.locale.value as Locale
}

async function loadFile(language: Locale, area: string) {
  const name = `${language}/${area}`
  if (loaded.has(name)) return
  const file = files[`../messages/${name}.ts`]
  if (!file) throw new Error(`no messages ${name}`)
  const messages = await file()
  i18n.global.mergeLocaleMessage(language, { [area]: messages.default })
  loaded.add(name)
}

/** Brings the message files of these areas in the chosen language. The router calls it before a page shows. */
export async function loadAreas(wanted: readonly string[] = []) {
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

/** A message outside of a component. */
export function translate(key: string): string {
  return (i18n.global as unknown as { t: (key: string) => string }).t(key)
}

/** The half of a two-language text for the chosen language. */
export function say(text: Text | null | undefined): string {
  if (!text) return ''
  return currentLanguage() === 'en' ? text.en : text.zh
}
