import { useI18n } from 'vue-i18n'

/** A length of time in words: "30 分钟", "24 小时", "3 天". Speaks from the `booking` messages. */
export function useSpans(): (minutes: number) => string {
  const { t } = useI18n()
  return (minutes) => {
    if (minutes % 60 || minutes === 0) return t('booking.span.minutes', minutes)
    if (minutes <= 48 * 60 || minutes % 1440) return t('booking.span.hours', minutes / 60)
    return t('booking.span.days', minutes / 1440)
  }
}
