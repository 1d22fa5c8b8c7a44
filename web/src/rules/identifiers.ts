/** Mainland mobile number. */
export function isMobile(typed: string): boolean {
  return /^1[3-9]\d{9}$/.test(typed.replace(/[\s-]/g, ''))
}

export function isEmail(typed: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed.trim())
}

/** 关区代码: 4 digits. */
export function isPortCode(typed: string): boolean {
  return /^\d{4}$/.test(typed.trim())
}

/** HS codes of 4 to 10 digits, separated by commas (of either width), 、 or spaces. */
export function isHsCodes(typed: string): boolean {
  const codes = typed.split(/[\s,，、;；]+/).filter(Boolean)
  return codes.length > 0 && codes.every((code) => /^\d{4,10}$/.test(code.replaceAll('.', '')))
}

/** 报关单号: customs 4 + year 4 + direction 1 (1 import, 0 export) + serial 9. */
export function isDeclarationNo(typed: string): boolean {
  return /^\d{8}[01]\d{9}$/.test(typed.trim())
}
