import { expect, it } from 'vitest'
import { NAME_MOST_HAN, nameTooLong } from './names'

it('counts the Chinese characters of a name, and nothing else of it', () => {
  const longest = '长'.repeat(NAME_MOST_HAN)
  expect([nameTooLong(longest), nameTooLong(`${longest}长`)]).toEqual([false, true])
  // one from beyond the first plane is one
  expect(nameTooLong('𠮷'.repeat(NAME_MOST_HAN))).toBe(false)
  expect(nameTooLong('A very long name in other letters, of many parts')).toBe(false)
})
