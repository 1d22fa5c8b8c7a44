/** A reference as typed, dictated or pasted, in the form the program stores: "mq 2611-4k7p-x" → "MQ26114K7PX". */
export function normaliseReference(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[^0-9a-z]/gi, '')
    .toUpperCase()
}

/** Groups for reading out: "MQ 2611 4K7P-X" → ["MQ", "2611", "4K7P", "X"]. */
export function referenceGroups(reference: string): string[] {
  const plain = normaliseReference(reference)
  return [plain.slice(0, 2), plain.slice(2, 6), plain.slice(6, 10), plain.slice(10)].filter(Boolean)
}

/** Letter by letter, for a screen reader and the telephone. */
export function spelled(reference: string): string {
  return referenceGroups(reference).map((group) => Array.from(group).join(' ')).join(', ')
}
