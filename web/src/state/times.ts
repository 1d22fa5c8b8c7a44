import { currentLanguage, keyOr, listed, t } from '../i18n'
import * as time from '../rules/time'

/** The rules of time in the chosen language. In a template or a `computed` it follows the language. */
export function useTimes() {
  return {
    clock: time.clock,
    day: (day: string, today?: string) => time.dayWords(day, currentLanguage(), today),
    /** "12/1" / "1 Dec": where a narrow cell has no room for more. */
    shortDay: (day: string) => time.shortDayWords(day, currentLanguage()),
    weekday: (day: string) => time.weekdayWords(day, currentLanguage()),
    narrowWeekday: (day: string) => time.narrowWeekdayWords(day, currentLanguage()),
    month: (month: string) => time.monthWords(month, currentLanguage()),
    shortMonth: (month: string) => time.shortMonthWords(month, currentLanguage()),
    when: (instant: string | number, zone: string) => time.whenWords(instant, zone, currentLanguage()),
    /** By when something is due: its day and its clock. */
    due: (instant: string | number, zone: string) => time.due(instant, zone, currentLanguage()),
    whenDue: (instant: string | number, zone: string) => time.dueWords(instant, zone, currentLanguage()),
    /** A day and a time, or a span of times, that are in words already. */
    dayAndTime: (day: string, clock: string) => time.dayAndTime(day, clock, currentLanguage()),
    /** The official calendar's name of a holiday, which may be two that fall together. */
    holiday: (name: string) => listed(name.split(/[、,]/).map((one) => {
      const key = keyOr(`common.holiday.${one}`, 'common.holiday.other')
      return t(key, { name: one })
    })),
    /** "北京时间" is what everybody in China calls it; others as the browser names them. */
    zone: (zone: string) => (zone === 'Asia/Shanghai' ? t('common.time.beijing') : time.zoneWords(zone, currentLanguage())),
  }
}
