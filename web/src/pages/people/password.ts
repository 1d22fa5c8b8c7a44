import { lengthOf } from '../../rules/characters'
import { t } from '../../i18n'

/** The program refuses shorter ones; checked here too, so that one learns it while typing. It knows further rules. */
export const SHORTEST_PASSWORD = 10
const LONGEST_PASSWORD = 128

/** What is wrong with a password as far as the page can say, or an empty string. */
export function passwordFault(typed: string): string {
  const length = lengthOf(typed.normalize('NFKC'))
  if (length < SHORTEST_PASSWORD) return t('people.register.bad_password', { n: SHORTEST_PASSWORD })
  if (length > LONGEST_PASSWORD) return t('people.register.long_password', { n: LONGEST_PASSWORD })
  return ''
}
