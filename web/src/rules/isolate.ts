// Names inside of sentences: `parts/UserText.vue` for text that no element can stand around.

/** Letters that are written from right to left, and the signs that turn text by themselves. */
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const ISOLATE = '\u2068'
const END_OF_ISOLATE = '\u2069'
const ENDS = /[\u202a-\u202e\u2066-\u2069]/g

/** What somebody typed, so that it does not turn the sentence around it. */
export function isolated(text: string): string {
  return TURNS.test(text) ? ISOLATE + text.replace(ENDS, '') + END_OF_ISOLATE : text
}
