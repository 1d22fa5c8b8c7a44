// 统一社会信用代码, GB 32100-2015: 18 characters of 31 (no I O S V Z), the last one a check over the first 17.
const CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const LENGTH = 18

export type UsccFault = 'length' | 'characters' | 'check'

/** As it is written on the licence: upper case, without the spaces people type. */
export function normaliseUscc(typed: string): string {
  return typed.replace(/\s+/g, '').toUpperCase()
}

/** What is wrong with a code, or null. */
export function usccFault(typed: string): UsccFault | null {
  const code = normaliseUscc(typed)
  if (code.length !== LENGTH) return 'length'
  let sum = 0
  let weight = 1
  for (const character of code.slice(0, -1)) {
    const value = CHARACTERS.indexOf(character)
    if (value < 0) return 'characters'
    sum += value * weight
    weight = (weight * 3) % 31
  }
  const check = CHARACTERS.indexOf(code.at(-1) ?? '')
  if (check < 0) return 'characters'
  return check === (31 - (sum % 31)) % 31 ? null : 'check'
}
