// What was answered, in words: by what questions and options were called then, and what they are called now.
import type { BookingDetail, FieldSpec, FieldValue, FormerLabel } from '../../api/types'
import { say, t } from '../../i18n'

/** What a question, or an option of it, was called when it was answered; nothing where it is called so still. */
export const calledThen = (booking: Pick<BookingDetail, 'labels_then'>, key: string, option: string | null = null): FormerLabel | undefined =>
  booking.labels_then.find((one) => one.key === key && (one.option ?? null) === option)

/** An answer as people read it. */
export function answerWords(booking: Pick<BookingDetail, 'labels_then'>, field: FieldSpec | undefined, value: FieldValue, shown: boolean): string {
  if (typeof value === 'boolean') return t(value ? 'booking.one.yes' : 'booking.one.no')
  if (field?.sensitive && !shown) return '••••'
  const option = field?.options?.find((found) => found.value === value)
  if (!field || !option) return String(value)
  const then = calledThen(booking, field.key, option.value)
  return then ? t('booking.one.option_then', { then: say(then.label), now: say(option.label) }) : say(option.label)
}

export type Called = { then: FormerLabel | undefined; now: FieldSpec['label'] }
export const called = (booking: Pick<BookingDetail, 'labels_then'>, field: FieldSpec): Called => ({ then: calledThen(booking, field.key), now: field.label })

/** The site that a link leads to, to be said before somebody goes there. */
export const siteOf = (link: string) => link.replace(/^https:\/\//, '').replace(/[/?#].*$/, '')
