// A booking form's answers: what is wrong with one, and how they go to the program. Pure; the words are the page's.
import type { FieldSpec, FieldValue, Service } from '../api/types'
import { lengthOf } from './characters'
import { isDeclarationNo, isExternalNo, isHsCodes, isPortCode, plain } from './identifiers'

export type AnswerFault =
  | 'missing' | 'missing_consent' | 'missing_choice' | 'too_long' | 'port_code' | 'hs_codes' | 'declaration_no' | 'external_no' | 'number'

export type Answers = Record<string, FieldValue>

/** What is wrong with an answer, or null. An empty answer is wrong only where one is required. */
export function answerFault(field: FieldSpec, answer: FieldValue | undefined): AnswerFault | null {
  if (field.kind === 'consent') return field.required && answer !== true ? 'missing_consent' : null
  const text = String(answer ?? '').trim()
  if (!text) {
    if (!field.required) return null
    return field.kind === 'choice' ? 'missing_choice' : 'missing'
  }
  if (field.max_length && lengthOf(text) > field.max_length) return 'too_long'
  if (field.kind === 'port_code' && !isPortCode(text)) return 'port_code'
  if (field.kind === 'hs_codes' && !isHsCodes(text)) return 'hs_codes'
  if (field.kind === 'declaration_no' && !isDeclarationNo(text)) return 'declaration_no'
  if (field.kind === 'external_no' && !isExternalNo(text)) return 'external_no'
  if (field.kind === 'number' && !Number.isFinite(Number(plain(text)))) return 'number'
  return null
}

/** The answers as the API takes them: empty optional ones are left out, numbers are numbers. */
export function answersToSend(fields: FieldSpec[], answers: Answers): Answers {
  const sent: Answers = {}
  for (const field of fields) {
    const answer = answers[field.key]
    if (field.kind === 'consent') {
      sent[field.key] = answer === true
      continue
    }
    const text = String(answer ?? '').trim()
    if (text) sent[field.key] = field.kind === 'number' ? Number(plain(text)) : text
  }
  return sent
}

/** Every question by which answers are read, whenever they were given: with the options of before, and those that are asked no more. */
export function everyField({ fields, former_fields: former }: Pick<Service, 'fields' | 'former_fields'>): FieldSpec[] {
  const now = fields.map((field) => {
    const gone = former.find(({ key }) => key === field.key)?.options?.filter(({ value }) => !field.options?.some((option) => option.value === value)) ?? []
    return gone.length ? { ...field, options: [...(field.options ?? []), ...gone] } : field
  })
  return [...now, ...former.filter(({ key }) => !fields.some((field) => field.key === key))]
}
