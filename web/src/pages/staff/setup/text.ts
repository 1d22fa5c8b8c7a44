// A text in every language, as it is typed.
import type { Locale, Text } from '../../../api/types'
import { LANGUAGES } from '../../../i18n/languages'

export type TextDraft = Record<Locale, string>

export const emptyText = () => Object.fromEntries(LANGUAGES.map((language) => [language, ''])) as TextDraft
export const typed = (text: Text): TextDraft => ({ ...emptyText(), ...text })
export const said = (text: TextDraft): Text => Object.fromEntries(LANGUAGES.map((language) => [language, text[language].trim()])) as Text
