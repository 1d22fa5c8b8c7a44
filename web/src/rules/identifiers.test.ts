import { expect, it } from 'vitest'
import { isDeclarationNo, isExternalNo, isHsCodes, isLogin, isMobile, isPortCode, normaliseMobile } from './identifiers'
import { normaliseReference, referenceGroups } from './reference'

it('knows a mobile number', () => {
  expect(isMobile('15400000001')).toBe(true)
  expect(isMobile('154 0000 0001')).toBe(true)
  for (const typed of ['１５４０００００００１', '+86 154-0000-0001', '008615400000001', '8615400000001', '(+86)154 0000 0001', '＋８６　15400000001']) {
    expect(normaliseMobile(typed), typed).toBe('15400000001')
    expect(isMobile(typed), typed).toBe(true)
  }
  for (const typed of ['+7 916 123-45-67', '007 (916) 1234567', '＋７９１６１２３４５６７']) {
    expect(normaliseMobile(typed), typed).toBe('+79161234567')
    expect(isMobile(typed), typed).toBe(true)
  }
  for (const typed of ['+8612000000001', '+7916', '79161234567', '+0 9161234567']) expect(isMobile(typed), typed).toBe(false)
  expect(isMobile('12000000001')).toBe(false)
  expect(isMobile('1540000000')).toBe(false)
})

it('knows a declaration number', () => {
  expect(isDeclarationNo('199920261000000001')).toBe(true)
  expect(isDeclarationNo('199920260000000002')).toBe(true)
  expect(isDeclarationNo('199920262000000001')).toBe(false)
  expect(isDeclarationNo('19992026100000001')).toBe(false)
})

it('takes numbers of other systems as they are printed', () => {
  for (const right of ['YY-2026-000001', 'ｙｙ２０２６０００００１', '123456']) expect(isExternalNo(right), right).toBe(true)
  for (const wrong of ['12345', 'ABCDEFG', 'YY_2026_0001', '编号2026000001', '1'.repeat(41)]) expect(isExternalNo(wrong), wrong).toBe(false)
})

it('takes HS codes however they are separated', () => {
  expect(isHsCodes('1201.90, 03061490；0402')).toBe(true)
  expect(isHsCodes('120')).toBe(false)
  expect(isHsCodes('')).toBe(false)
})

it('knows a port code', () => {
  expect(isPortCode('1999')).toBe(true)
  expect(isPortCode('199')).toBe(false)
  expect(isPortCode('１９ ９９')).toBe(true)
})

it('reads a reference as typed, dictated or pasted', () => {
  expect(normaliseReference('mq 2611-4k7p-x')).toBe('MQ26114K7PX')
  expect(normaliseReference('ＭＱ２６１１ ４Ｋ７Ｐ－Ｘ')).toBe('MQ26114K7PX')
  expect(referenceGroups('MQ 2611 4K7P-X')).toEqual(['MQ', '2611', '4K7P', 'X'])
})

it('knows a login', () => {
  for (const typed of ['lin', 'Lin.Hua_2', ' a-b ']) expect(isLogin(typed), typed).toBe(true)
  for (const typed of ['li', 'lin hua', 'lin@example.com', '林女士', 'l'.repeat(33)]) expect(isLogin(typed), typed).toBe(false)
})
