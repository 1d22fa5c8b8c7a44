import { expect, it } from 'vitest'
import { show, words } from '../../../tests/show'
import SlotList from './SlotList.vue'

const both = (text: string) => ({ 'zh-CN': text, en: text })
const until = '2026-11-23T10:00:00Z'
const kept = { until, phone: 1, counter: 1, text: both('Kept for the telephone and the counter until 18:00.') }
const slot = (at: string, more: object) => ({ starts_at: at, ends_at: at, free: 0, capacity: 6, reason: null, kept: null, hindrances: [], ...more })

it('says once for whom places are kept and until when, and which times nobody could hold', async () => {
  const slots = [
    slot('2026-11-24T01:00:00Z', { reason: 'reserved', kept }),
    slot('2026-11-24T02:00:00Z', { reason: 'reserved', kept }),
    slot('2026-11-24T03:00:00Z', { reason: 'no_officer_free' }),
    slot('2026-11-24T03:30:00Z', { free: 2 }),
  ]
  const page = await show(SlotList, { areas: ['booking'], language: 'en', props: { slots, zone: 'Asia/Shanghai', chosen: '', busy: false } })
  expect(words(page).split('Kept for the telephone and the counter until 18:00.')).toHaveLength(2)
  const said = page.findAll('.slot').map((one) => [one.findAll('span').at(-1)?.text(), one.attributes('aria-disabled')])
  expect(said).toEqual([['kept', 'true'], ['kept', 'true'], ['no officer', 'true'], ['2 left', undefined]])
})
