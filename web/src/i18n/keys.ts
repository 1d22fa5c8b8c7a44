// What messages there are and what each must be given, as types: read off the Chinese files. That the other languages
// have the same is held by tests/messages.test.ts.
import type booking from '../messages/zh-CN/booking'
import type common from '../messages/zh-CN/common'
import type documents from '../messages/zh-CN/documents'
import type home from '../messages/zh-CN/home'
import type people from '../messages/zh-CN/people'
import type queue from '../messages/zh-CN/queue'
import type rating from '../messages/zh-CN/rating'
import type review from '../messages/zh-CN/review'
import type session from '../messages/zh-CN/session'
import type setup from '../messages/zh-CN/setup'
import type staff from '../messages/zh-CN/staff'
import type terms from '../messages/zh-CN/terms'
import type work from '../messages/zh-CN/work'

/** One for each file of a language. */
interface Areas {
  booking: typeof booking
  common: typeof common
  documents: typeof documents
  home: typeof home
  people: typeof people
  queue: typeof queue
  rating: typeof rating
  review: typeof review
  session: typeof session
  setup: typeof setup
  staff: typeof staff
  terms: typeof terms
  work: typeof work
}
export type Area = keyof Areas

type Pairs<Tree, Before extends string> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? [`${Before}${Key}`, Tree[Key]] : Pairs<Tree[Key], `${Before}${Key}.`>
}[keyof Tree & string]
type AllPairs = { [Name in Area]: Pairs<Areas[Name], `${Name}.`> }[Area]
/** Every message by its full key: `Messages['common.retry']` is "重试". */
type Messages = { [Pair in AllPairs as Pair[0]]: Pair[1] }

/** The full key of a message, such as `booking.slots.left`. */
export type WordKey = keyof Messages

// `{'@'}` is a sign that would mean something else by itself, not a gap
type Gaps<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? (Name extends `'${string}` ? never : Name) | Gaps<Rest> : never
/** The names of the gaps in a message: `n` in "余 {n}". */
export type GapOf<Key extends WordKey> = Gaps<Messages[Key]>

/** Keys of messages that are whole by themselves. */
export type PlainKey = { [Key in WordKey]: [GapOf<Key>] extends [never] ? Key : never }[WordKey]

/** What a message has to be called with: nothing, or a value for each of its gaps. */
export type ValuesFor<Key extends WordKey> = [GapOf<Key>] extends [never] ? [] : [values: Record<GapOf<Key>, string | number>]
