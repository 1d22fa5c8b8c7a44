import { describe, expect, it } from 'vitest'
import { normaliseUscc, usccFault } from './uscc'

describe('a unified social credit code', () => {
  it.each([
    '91350100M000100Y43', // published in GB 32100
    '91239999MA0000015C', '91239999MA00000A92', '92239999MA0000XY5U', '12239999000000027M',
    '91239999MA00003300', '91239999MA0000082A', '91239999MA0000162X', '91239999MA0000285Y',
  ])('%s is good', (code) => {
    expect(usccFault(code)).toBeNull()
  })

  it('is taken in lower case and with spaces', () => {
    expect(usccFault('9123 9999 ma00 0001 5c')).toBeNull()
    expect(normaliseUscc(' 91239999ma0000015c ')).toBe('91239999MA0000015C')
  })

  it.each([
    ['91239999MA00000150', 'check'],
    ['91239999MA0000I1O0', 'characters'],
    ['91239999MA0000015', 'length'],
    ['', 'length'],
  ])('%s is wrong: %s', (code, fault) => {
    expect(usccFault(code)).toBe(fault)
  })
})
