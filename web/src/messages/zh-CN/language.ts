import type { Language } from '../../i18n/languages'

export default {
  name: '中文',
  short: '中文',
  formats: 'zh-CN',
  day: '{date} {weekday}',
  dayAndTime: '{day} {time}',
  shortDay: { month: 'numeric', day: 'numeric' },
  shortHolidays: true,
  midnightEndsDay: true,
} satisfies Language
