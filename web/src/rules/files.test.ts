import { expect, test } from 'vitest'
import { fileFault, sentName, sizeOf } from './files'

test('what is empty or too large is said before it is sent', () => {
  expect(fileFault({ size: 0 }, 10)).toBe('empty')
  expect(fileFault({ size: 11 }, 10)).toBe('too_large')
  expect(fileFault({ size: 10 }, 10)).toBeNull()
})

test('a name is sent without what nobody sees in it', () => {
  expect(sentName('护照\u200b\u202egpj.exe')).toBe('护照gpj.exe')
  expect(sentName('a\nb\u0000.png')).toBe('ab.png')
  expect(sentName(`${'长'.repeat(200)}.jpg`)).toHaveLength(120)
  expect(sentName('𠮷田.jpg')).toBe('𠮷田.jpg')
})

test('a size is read in kilobytes or megabytes', () => {
  expect(sizeOf(12)).toEqual({ n: 1, unit: 'kb' })
  expect(sizeOf(300_000)).toEqual({ n: 293, unit: 'kb' })
  expect(sizeOf(5 << 20)).toEqual({ n: 5, unit: 'mb' })
  expect(sizeOf(1_600_000)).toEqual({ n: 1.5, unit: 'mb' })
})
