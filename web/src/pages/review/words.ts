import { keyOr, t } from '../../i18n'
import type { Missing } from './sync'

/** A digest for reading out: its first groups and its end. */
export function shortHex(hex: string): string {
  return hex.length <= 16 ? hex : `${hex.slice(0, 12).match(/.{4}/g)?.join(' ')} … ${hex.slice(-4)}`
}

/** How it is shown whether a case fits its entries. */
export const looks = {
  intact: { chip: 'chip-ok', icon: 'shield_ok' },
  broken: { chip: 'chip-bad', icon: 'shield_bad' },
  incomplete: { chip: 'chip-warn', icon: 'shield_part' },
} as const

/** Why something is missing. */
export const causeOf = ({ cause }: Pick<Missing, 'cause'>): string => t(keyOr(`review.cause.${cause}`, 'review.cause.other'))
