import { t } from '../i18n'

/** A length of time in words: "30 分钟", "24 小时", "3 天". Speaks from the `booking` messages. */
export function useDurations(): (minutes: number) => string {
  return (minutes) => {
    if (minutes % 60 || minutes === 0) return t('booking.span.minutes', { n: minutes })
    if (minutes <= 48 * 60 || minutes % 1440) return t('booking.span.hours', { n: minutes / 60 })
    return t('booking.span.days', { n: minutes / 1440 })
  }
}
