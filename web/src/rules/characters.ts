/** How long a text is as the program counts: by characters (code points), not by the units of a JavaScript string. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}
