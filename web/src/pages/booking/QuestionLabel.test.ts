import { expect, it } from 'vitest'
import type { FieldSpec } from '../../api/types'
import { show, words } from '../../../tests/show'
import { answerWords, called, calledThen } from './answered'
import QuestionLabel from './QuestionLabel.vue'

const both = (text: string) => ({ 'zh-CN': text, en: text })
const field: FieldSpec = { key: 'why', kind: 'choice', label: both('Why'), hint: null, required: true, options: [{ value: 'work', label: both('Labour') }, { value: 'study', label: both('Study') }], sensitive: false, max_length: null, default: null, without_stages: false, link: null }
const until = '2026-11-23T03:00:00Z'
const booking = { labels_then: [{ key: 'why', option: null, label: both('Reason'), until }, { key: 'why', option: 'work', label: both('Work'), until }] }

it('an answer is read by what it was called then, with what it is called now', async () => {
  const page = await show(QuestionLabel, { areas: ['booking'], language: 'en', props: { called: called(booking, field), zone: 'Asia/Shanghai' } })
  expect(words(page)).toMatch(/^Reason\s*Changed after .*23 Nov.*11:00.*; now: Why$/)
  expect(answerWords(booking, field, 'work', true)).toBe('Work (now: Labour)')
  expect(answerWords(booking, field, 'study', true)).toBe('Study')
  expect(answerWords({ labels_then: [] }, field, 'work', true)).toBe('Labour')
  expect(answerWords(booking, { ...field, sensitive: true }, 'work', false)).toBe('••••')
  expect(calledThen(booking, 'other')).toBeUndefined()
})
