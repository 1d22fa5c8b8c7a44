import { lengthOf } from './characters'

const HAN = /\p{Script=Han}/gu
/** So many Chinese characters the name of a person has at most; in other letters it may be longer. */
export const NAME_MOST_HAN = 25

/** Whether the name of a person is longer in Chinese characters than any that the program takes. */
export function nameTooLong(name: string): boolean {
  return lengthOf((name.match(HAN) ?? []).join('')) > NAME_MOST_HAN
}
