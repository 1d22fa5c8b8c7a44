import { expect, test } from 'vitest'
import { isolated } from './isolate'

test('a name that is written as the sentence around it stays as it is', () => {
  for (const name of ['林女士', 'Anna Müller', 'Ольга', '']) expect(isolated(name)).toBe(name)
})

test('a name written from right to left does not turn the sentence', () => {
  expect(isolated('سارة')).toBe('\u2068سارة\u2069')
})

test('signs that would end the isolation, or turn what follows, are left out', () => {
  expect(isolated('\u202e员关周')).toBe('\u2068员关周\u2069')
  expect(isolated('a\u2069\u202eb')).toBe('\u2068ab\u2069')
})
