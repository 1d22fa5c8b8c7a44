import { describe, expect, it } from 'vitest'
import type { FieldKind, FieldSpec } from '../api/types'
import { answerFault, answersToSend, everyField } from './answers'

const text = { 'zh-CN': '', en: '' }
const field = (key: string, kind: FieldKind, more: Partial<FieldSpec> = {}): FieldSpec =>
  ({ key, kind, label: text, hint: null, required: true, options: null, sensitive: false, max_length: null, default: null, without_stages: false, link: null, ...more })

describe('an answer', () => {
  it('is missing only where one is required', () => {
    expect(answerFault(field('a', 'text'), ' ')).toBe('missing')
    expect(answerFault(field('a', 'text', { required: false }), '')).toBeNull()
    expect(answerFault(field('a', 'choice'), undefined)).toBe('missing_choice')
    expect(answerFault(field('a', 'consent'), false)).toBe('missing_consent')
  })

  it('is checked by its kind', () => {
    expect(answerFault(field('a', 'port_code'), '199')).toBe('port_code')
    expect(answerFault(field('a', 'declaration_no'), '199920262000000001')).toBe('declaration_no')
    expect(answerFault(field('a', 'number'), 'x')).toBe('number')
    expect(answerFault(field('a', 'text', { max_length: 2 }), 'abc')).toBe('too_long')
    expect(answerFault(field('a', 'hs_codes'), '0402, 1201')).toBeNull()
  })
})

it('sends numbers as numbers and leaves out what was not answered', () => {
  const fields = [field('n', 'number'), field('t', 'text', { required: false }), field('c', 'consent', { required: false })]
  expect(answersToSend(fields, { n: ' 2 ', t: ' ' })).toEqual({ n: 2, c: false })
})

it('answers of before are read by what was asked then', () => {
  const option = (value: string) => ({ value, label: text })
  const now = [field('a', 'choice', { options: [option('x')] }), field('b', 'text')]
  const former = [field('a', 'choice', { options: [option('x'), option('y')], sensitive: true }), field('c', 'date')]
  const every = everyField({ fields: now, former_fields: former })
  expect(every.map(({ key, sensitive }) => [key, sensitive])).toEqual([['a', false], ['b', false], ['c', false]])
  expect(every[0]?.options?.map(({ value }) => value)).toEqual(['x', 'y'])
  expect(everyField({ fields: now, former_fields: [] })).toEqual(now)
})
