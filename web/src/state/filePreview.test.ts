import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { ApiError } from '../api/problem'
import { bytesIn, useFilePreview } from './filePreview'

const chosen = (file?: File) => ({ target: { files: file ? [file] : [] } }) as unknown as Event
const file = (name: string, text: string) => new File([text], name)

it('a file is looked at as it is, and forgotten with its name', async () => {
  const control = { value: { value: 'C:\\a.csv' } as HTMLInputElement }
  const look = vi.fn((base64: string) => Promise.resolve({ lines: base64.length }))
  const of = useFilePreview(40, look, control as never)
  await of.choose(chosen(file('a.csv', 'date')))
  expect(look).toHaveBeenCalledExactlyOnceWith(btoa('date'), 'a.csv')
  expect([of.name.value, of.chosen.value, of.preview.value]).toEqual(['a.csv', btoa('date'), { lines: 8 }])
  of.forget()
  expect([of.name.value, of.chosen.value, of.preview.value, control.value.value]).toEqual(['', '', undefined, ''])
})

it('one that is too large is told and not sent, and choosing another one looks again', async () => {
  expect(bytesIn(40)).toBe(30)
  const look = vi.fn(() => Promise.resolve('seen'))
  const of = useFilePreview(40, look)
  await of.choose(chosen(file('long.csv', 'x'.repeat(31))))
  expect([of.tooLarge.value, of.preview.value, look.mock.calls.length]).toEqual([true, undefined, 0])
  await of.choose(chosen(file('short.csv', 'x'.repeat(30))))
  expect([of.tooLarge.value, of.preview.value]).toEqual([false, 'seen'])
  await of.choose(chosen())
  expect([of.name.value, of.preview.value]).toEqual(['', undefined])
})

it('what the program says of a file that was put aside is not shown as that of another', async () => {
  let answer = (_: string) => {}
  const of = useFilePreview(40, () => new Promise<string>((resolve) => (answer = resolve)))
  void of.choose(chosen(file('first.csv', 'a')))
  await flushPromises()
  await of.choose(chosen())
  answer('of the first')
  await flushPromises()
  expect(of.preview.value).toBeUndefined()
  void of.choose(chosen(file('second.csv', 'b')))
  await flushPromises()
  void of.choose(chosen(file('third.csv', 'c')))
  await flushPromises()
  answer('of the second')
  await flushPromises()
  expect(of.preview.value).toBeUndefined()
  answer('of the third')
  await flushPromises()
  expect([of.name.value, of.preview.value]).toEqual(['third.csv', 'of the third'])
})

it('a refusal stays beside the file until another one is chosen', async () => {
  const refused = new ApiError({ code: 'invalid_field', status: 422, title: 'line 3' })
  const of = useFilePreview(40, () => Promise.reject(refused))
  await of.choose(chosen(file('a.csv', 'a')))
  expect([of.looking.problem.value?.code, of.name.value]).toEqual(['invalid_field', 'a.csv'])
  of.forget()
  expect(of.looking.problem.value).toBeNull()
})
