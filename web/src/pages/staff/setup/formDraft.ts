// What a service asks for, as it is typed: questions and documents.
import type { DocumentSpec, FieldKind, FieldSpec, FileKind } from '../../../api/types'
import { LANGUAGES } from '../../../i18n/languages'
import { emptyText, said, typed, type TextDraft } from './text'

export interface OptionDraft { value: string; label: TextDraft }
export interface FieldDraft {
  key: string
  kind: FieldKind
  label: TextDraft
  hint: TextDraft
  required: boolean
  sensitive: boolean
  without_stages: boolean
  options: OptionDraft[]
  preset: string
  longest: string
  link: string
  /** It is asked already: its key and kind stay. */
  asked: boolean
}
export interface DocumentDraft {
  key: string
  label: TextDraft
  hint: TextDraft
  way: DocumentSpec['way']
  required: boolean
  kinds: FileKind[]
  megabytes: string
  /** What was set, where it is not typed anew: it need not be tenths of a megabyte. */
  bytes: number
  pages: string
  files: string
  asked: boolean
}

export const KINDS: FieldKind[] = ['text', 'long_text', 'choice', 'date', 'number', 'consent', 'port_code', 'hs_codes', 'declaration_no', 'external_no']
export const FILE_KINDS: FileKind[] = ['pdf', 'jpeg', 'png']
/** Whether another system gave the number and knows it. */
export const leadsAway = (kind: FieldKind) => kind === 'declaration_no' || kind === 'external_no'
const MEGABYTE = 1024 * 1024
const COUNT = /^\d{1,4}$/
const SIZE = /^\d{1,3}([.,]\d)?$/

const isEmpty = (text: TextDraft) => LANGUAGES.every((language) => !text[language].trim())
const hintOf = (text: TextDraft) => (isEmpty(text) ? null : said(text))
const shownSize = (bytes: number) => String(Math.round((bytes / MEGABYTE) * 10) / 10)

export const fieldDraft = (field: FieldSpec): FieldDraft => ({
  key: field.key,
  kind: field.kind,
  label: typed(field.label),
  hint: field.hint ? typed(field.hint) : emptyText(),
  required: field.required,
  sensitive: field.sensitive,
  without_stages: field.without_stages,
  options: field.options?.map(({ value, label }) => ({ value, label: typed(label) })) ?? [],
  preset: field.default ?? '',
  longest: field.max_length?.toString() ?? '',
  link: field.link ?? '',
  asked: true,
})

export const documentDraft = (one: DocumentSpec): DocumentDraft => ({
  key: one.key,
  label: typed(one.label),
  hint: one.hint ? typed(one.hint) : emptyText(),
  way: one.way,
  required: one.required,
  kinds: [...one.kinds],
  megabytes: shownSize(one.most_bytes),
  bytes: one.most_bytes,
  pages: String(one.most_pages),
  files: String(one.most_files),
  asked: true,
})

export const emptyOption = (): OptionDraft => ({ value: '', label: emptyText() })
export const emptyField = (): FieldDraft => ({ key: '', kind: 'text', label: emptyText(), hint: emptyText(), required: false, sensitive: false, without_stages: false, options: [], preset: '', longest: '', link: '', asked: false })
export const emptyDocument = (): DocumentDraft => ({ key: '', label: emptyText(), hint: emptyText(), way: 'upload', required: true, kinds: [...FILE_KINDS], megabytes: '5', bytes: 5 * MEGABYTE, pages: '10', files: '1', asked: false })

/** The names of the fields whose text is no number; as the API spells them. */
export function unreadableForm(fields: FieldDraft[], documents: DocumentDraft[]): string[] {
  return [
    ...fields.flatMap((one, index) => (!one.longest.trim() || COUNT.test(one.longest.trim()) ? [] : [`fields[${index}].max_length`])),
    ...documents.flatMap((one, index) => [
      ...(SIZE.test(one.megabytes.trim()) ? [] : [`documents[${index}].most_bytes`]),
      ...(COUNT.test(one.pages.trim()) ? [] : [`documents[${index}].most_pages`]),
      ...(COUNT.test(one.files.trim()) ? [] : [`documents[${index}].most_files`]),
    ]),
  ]
}

export const fieldOf = (draft: FieldDraft): FieldSpec => ({
  key: draft.key.trim(),
  kind: draft.kind,
  label: said(draft.label),
  hint: hintOf(draft.hint),
  required: draft.required,
  options: draft.kind === 'choice' ? draft.options.map(({ value, label }) => ({ value: value.trim(), label: said(label) })) : null,
  sensitive: draft.sensitive,
  max_length: draft.longest.trim() ? Number(draft.longest.trim()) : null,
  default: draft.kind === 'choice' && draft.preset ? draft.preset : null,
  without_stages: draft.without_stages,
  link: leadsAway(draft.kind) && draft.link.trim() ? draft.link.trim() : null,
})

export const documentOf = (draft: DocumentDraft): DocumentSpec => ({
  key: draft.key.trim(),
  label: said(draft.label),
  hint: hintOf(draft.hint),
  way: draft.way,
  required: draft.required,
  kinds: FILE_KINDS.filter((kind) => draft.kinds.includes(kind)),
  most_bytes: draft.megabytes.trim() === shownSize(draft.bytes) ? draft.bytes : Math.round(Number(draft.megabytes.trim().replace(',', '.')) * MEGABYTE),
  most_pages: Number(draft.pages.trim()),
  most_files: Number(draft.files.trim()),
})

/** Moves what stands at `index` by one place; where there is none it stays. */
export function moved(list: unknown[], index: number, by: -1 | 1) {
  const [one, other] = [list[index], list[index + by]]
  if (one === undefined || other === undefined) return
  ;[list[index], list[index + by]] = [other, one]
}
