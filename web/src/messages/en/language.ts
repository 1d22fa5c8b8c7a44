import type { Language } from '../../i18n/languages'

export default {
  name: 'English',
  short: 'EN',
  formats: 'en-GB',
  day: '{weekday} {date}',
  dayAndTime: '{day} {time}',
  shortDay: { month: 'short', day: 'numeric' },
  shortHolidays: false,
  midnightEndsDay: false,
} satisfies Language
