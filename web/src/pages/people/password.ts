import { LIMITS } from '../../api/limits'
import { t } from '../../i18n'
import { lengthOf } from '../../rules/characters'

/** The program refuses shorter ones; checked here too, so that one learns it while typing. It knows further rules. */
export const PASSWORD = LIMITS.NewEnterprise.password

/** What is wrong with a password as far as the page can say, or an empty string. */
export function passwordFault(typed: string): string {
  const length = lengthOf(typed.normalize('NFKC'))
  if (length < PASSWORD.min) return t('people.register.bad_password', { n: PASSWORD.min })
  if (length > PASSWORD.max) return t('people.register.long_password', { n: PASSWORD.max })
  return ''
}
