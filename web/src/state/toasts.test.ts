import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { toast, toastOneOf, toasts } from './toasts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.runAllTimers()
  vi.useRealTimers()
})
const words = (some: string[], n: number) => `${n}: ${some.join(' ')}`
const shown = () => toasts.value.map(({ text }) => text)

it('tells what is done in a row as one', () => {
  for (const who of ['a', 'b', 'c', 'd']) toastOneOf('accept', who, words)
  expect(shown()).toEqual(['4: d c b'])
})

it('keeps apart what is of another kind or was read already', () => {
  toastOneOf('accept', 'a', words)
  toastOneOf('check_in', 'b', words)
  toast('c')
  expect(shown()).toEqual(['1: a', '1: b', 'c'])
  vi.advanceTimersByTime(7_000)
  toastOneOf('accept', 'd', words)
  expect(shown()).toEqual(['1: d'])
})

it('stays for its time after the last one, not after the first', () => {
  toastOneOf('accept', 'a', words)
  vi.advanceTimersByTime(5_000)
  toastOneOf('accept', 'b', words)
  vi.advanceTimersByTime(5_000)
  expect(shown()).toEqual(['2: b a'])
})
