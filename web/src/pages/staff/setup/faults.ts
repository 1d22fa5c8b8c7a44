// Where in the settings of a service something is that breaks a rule, in words.
import type { ServiceSettings } from '../../../api/types'
import { keyOr, say, t } from '../../../i18n'

/** `settings.fields[2].label.en` as people find it on the page: which section, and which line of it. */
export function placeOf(field: string, settings: ServiceSettings): string {
  const [, part = '', number] = /^settings\.(\w+)(?:\[(\d+)\])?/.exec(field) ?? []
  const section = t(keyOr(`setup.field.${part}`, 'setup.service'))
  if (number === undefined) return section
  const index = Number(number)
  const line = part === 'fields' ? settings.fields[index] : part === 'documents' ? settings.documents[index] : undefined
  const n = index + 1
  if (part === 'fields') return t('setup.form.number', { n, label: line ? say(line.label) || line.key : '' })
  if (part === 'documents') return t('setup.documents.number', { n, label: line ? say(line.label) || line.key : '' })
  return t('setup.stored.line', { section, n })
}
