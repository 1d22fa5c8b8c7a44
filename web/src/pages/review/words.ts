/** A digest for reading out: its first groups and its end. */
export function shortHex(hex: string): string {
  return hex.length <= 16 ? hex : `${hex.slice(0, 12).match(/.{4}/g)?.join(' ')} … ${hex.slice(-4)}`
}
