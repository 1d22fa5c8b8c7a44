import { t } from '../i18n'
import { NAME_MOST_HAN, nameTooLong } from '../rules/names'

/** What is wrong with how long the name of a person is, in words: the program says of it only that it is no name. */
export function nameFault(name: string): string {
  return nameTooLong(name) ? t('common.name_too_long', { n: NAME_MOST_HAN }) : ''
}
