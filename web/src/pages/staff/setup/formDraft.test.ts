import { expect, it } from 'vitest'
import type { DocumentSpec, FieldSpec } from '../../../api/types'
import { documentDraft, documentOf, emptyField, fieldDraft, fieldOf, moved, unreadableForm } from './formDraft'

const text = (said: string) => ({ 'zh-CN': said, en: said })
const choice: FieldSpec = {
  key: 'item', kind: 'choice', label: text('a'), hint: null, required: true, options: [{ value: 'x', label: text('x') }],
  sensitive: true, max_length: null, default: 'x', without_stages: false, link: null,
}
const scan: DocumentSpec = { key: 'scan', label: text('s'), hint: text('h'), way: 'upload', required: true, kinds: ['pdf', 'png'], most_bytes: 5_000_000, most_pages: 3, most_files: 2 }

it('what is not changed is said again as it was', () => {
  expect(fieldOf(fieldDraft(choice))).toEqual(choice)
  expect(documentOf(documentDraft(scan))).toEqual(scan)
})

it('a question that becomes another kind loses its options, and a hint that is not written is none', () => {
  const draft = { ...fieldDraft(choice), kind: 'text' as const }
  expect(fieldOf(draft)).toMatchObject({ kind: 'text', options: null, default: null })
  expect(fieldOf(emptyField()).hint).toBeNull()
})

it('a size is typed in megabytes, and what is no number is named', () => {
  expect(documentOf({ ...documentDraft(scan), megabytes: '1,5' }).most_bytes).toBe(1_572_864)
  const bad = { ...documentDraft(scan), megabytes: 'x', pages: '', files: '-1' }
  expect(unreadableForm([{ ...emptyField(), longest: 'long' }], [bad])).toEqual(['fields[0].max_length', 'documents[0].most_bytes', 'documents[0].most_pages', 'documents[0].most_files'])
  expect(unreadableForm([emptyField()], [documentDraft(scan)])).toEqual([])
})

it('a question moves by one place and not beyond the end', () => {
  const list = ['a', 'b', 'c']
  moved(list, 0, 1)
  moved(list, 2, 1)
  moved(list, 0, -1)
  expect(list).toEqual(['b', 'a', 'c'])
})
