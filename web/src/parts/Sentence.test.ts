import { expect, it } from 'vitest'
import { h } from 'vue'
import { show, words } from '../../tests/show'
import type { Locale, Text } from '../api/types'
import { keyOr, listed, percent, say, t } from '../i18n'
import Sentence from './Sentence.vue'

/** In a paragraph, as on a page. */
const minutes = (n: number, language: Locale) =>
  show({ render: () => h('p', h(Sentence<'staff.day.minutes'>, { words: 'staff.day.minutes', n }, { n: () => h('b', String(n)) })) }, { language, areas: ['staff'] })

it('draws in a gap what it is given, in the form that goes with the number', async () => {
  const one = await minutes(1, 'en')
  expect(one.get('b').text()).toBe('1')
  expect(words(one)).toBe('1 minute')
  expect(words(await minutes(2, 'en'))).toBe('2 minutes')
  expect(words(await minutes(2, 'zh-CN'))).toBe('2 分钟')
})

it('puts plain values in the other gaps', async () => {
  const said = await show({ render: () => h('p', h(Sentence<'common.time.yours'>, { words: 'common.time.yours', values: { time: '09:30' } })) }, { language: 'en' })
  expect(words(said)).toBe('09:30 your time')
})

it('follows the language: messages, lists, numbers and what the program says', async () => {
  const text: Text = { 'zh-CN': '大厅', en: 'Hall' }
  await minutes(1, 'zh-CN')
  expect([t('common.retry'), listed(['甲', '乙', '丙']), percent(92.4, 1), say(text)]).toEqual(['重试', '甲、乙、丙', '92.4%', '大厅'])
  await minutes(1, 'en')
  expect([t('common.retry'), listed(['A', 'B', 'C']), percent(92.4, 1), say(text)]).toEqual(['Try again', 'A, B, C', '92.4%', 'Hall'])
})

it('says a text of the program in the first language there is, where the chosen one is not', async () => {
  await minutes(1, 'en')
  expect(say({ ru: 'Зал' } as unknown as Text)).toBe('Зал')
  expect([say(null), say(undefined)]).toEqual(['', ''])
})

it('has other words for what only the program knows', async () => {
  await minutes(1, 'en')
  expect(keyOr('common.holiday.劳动节', 'common.holiday.other')).toBe('common.holiday.劳动节')
  expect(t(keyOr('common.holiday.new', 'common.holiday.other'), { name: 'new' })).toBe('new')
})
