import { useI18n } from 'vue-i18n'
import type { Locale } from '../api/types'
import * as time from '../rules/time'

/** The rules of time in the chosen language. What it gives is computed anew when the language changes. */
export function useTimes() {
  const { locale, t, te } = useI18n()
  const language = () => locale.value as Locale
  return {
    clock: time.clock,
    day: (day: string, today?: string) => time.dayWords(day, language(), today),
    /** "12/1" / "1 Dec": where a narrow cell has no room for more. */
    shortDay: (day: string) => time.shortDayWords(day, language()),
    weekday: (day: string) => time.weekdayWords(day, language()),
    month: (month: string) => time.monthWords(month, language()),
    when: (instant: string | number, zone: string) => time.whenWords(instant, zone, language()),
    /** The official calendar's name of a holiday, which may be two that fall together. */
    holiday: (name: string) => name.split(/[、,]/)
      .map((one) => (te(`common.holiday.${one}`) ? t(`common.holiday.${one}`) : one)).join(t('common.list_comma')),
    /** "北京时间" is what everybody in China calls it; others as the browser names them. */
    zone: (zone: string) => (zone === 'Asia/Shanghai' ? t('common.time.beijing') : time.zoneWords(zone, language())),
  }
}
