import { LIMITS } from '../api/limits'

/** How long a login is. */
export const LOGIN = LIMITS.NewEnterprise.login

const SPACES_AND_DASHES = /[\s\-().\u2010-\u2015\u2212]/g
const MAINLAND = /^1[3-9]\d{9}$/
const ABROAD = /^\+(?!86)[1-9]\d{6,14}$/

/** Full-width letters and digits of a Chinese keyboard as plain ones. */
export function plain(typed: string): string {
  return typed.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
}

/** A mobile number as the program stores it: 11 digits of the mainland however they were spelled, else + and digits. */
export function normaliseMobile(typed: string): string {
  const number = plain(typed).replace(SPACES_AND_DASHES, '').replace(/^00/, '+')
  return number.replace(/^\+?86(?=1\d{10}$)/, '')
}

/** A mobile number of the mainland, or one from abroad with its country code. */
export function isMobile(typed: string): boolean {
  const number = normaliseMobile(typed)
  return MAINLAND.test(number) || ABROAD.test(number)
}

export function isEmail(typed: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed.trim())
}

/** What one signs in with: 3 to 32 letters, digits or . _ - */
export function isLogin(typed: string): boolean {
  const login = typed.trim()
  return login.length >= LOGIN.min && login.length <= LOGIN.max && /^[a-z0-9._-]+$/i.test(login)
}

/** 关区代码: 4 digits. */
export function isPortCode(typed: string): boolean {
  return /^\d{4}$/.test(plain(typed).replace(/\s/g, ''))
}

/** HS codes of 4 to 10 digits, separated by commas (of either width), 、 or spaces. */
export function isHsCodes(typed: string): boolean {
  const codes = plain(typed).split(/[\s,，、;；]+/).filter(Boolean)
  return codes.length > 0 && codes.every((code) => /^\d{4,10}$/.test(code.replaceAll('.', '')))
}

/** A number that another system gave: letters, digits and hyphens as they are printed. */
export function isExternalNo(typed: string): boolean {
  const number = plain(typed).replace(/\s/g, '')
  return /^[0-9A-Z-]{6,40}$/i.test(number) && /\d/.test(number)
}

/** 报关单号: customs 4 + year 4 + direction 1 (1 import, 0 export) + serial 9. */
export function isDeclarationNo(typed: string): boolean {
  return /^\d{8}[01]\d{9}$/.test(plain(typed).replace(/\s/g, ''))
}
