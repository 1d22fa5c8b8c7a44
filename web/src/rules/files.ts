// Files before they are sent: what is wrong at first sight, and names that the program takes.

/** What nobody can see in a name, or what turns it: telephones and messengers put it there. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0\ufffd]|\u034f|\u17b4|\u17b5/gu
const LONGEST_NAME = 120

export type FileFault = 'empty' | 'too_large'

/** Only what is told apart without reading it: what is in the file, the program says. */
export function fileFault(file: { size: number }, most: number): FileFault | null {
  if (file.size === 0) return 'empty'
  return file.size > most ? 'too_large' : null
}

export function sentName(name: string): string {
  return Array.from(name.replace(UNSEEN, '')).slice(-LONGEST_NAME).join('')
}

/** A size in the unit in which it is read, one digit behind the point at most. */
export function sizeOf(bytes: number): { n: number; unit: 'kb' | 'mb' } {
  const KB = 1024
  if (bytes < KB * KB) return { n: Math.max(1, Math.round(bytes / KB)), unit: 'kb' }
  return { n: Math.round((bytes / KB / KB) * 10) / 10, unit: 'mb' }
}
