import { ref } from 'vue'

export interface Toast {
  id: number
  kind: 'ok' | 'warn' | 'bad' | 'info'
  text: string
  /** Of what kind it is and whom it is about, where several are told as one. */
  gathered?: { key: string; about: string[] }
}

const SHOWN_MS = 6_000
/** More names than that are not read in passing. */
const NAMES = 3
let next = 0
const timers = new Map<number, ReturnType<typeof setTimeout>>()
export const toasts = ref<Toast[]>([])

/** Says in passing that something was done. What must be read to decide belongs in a Banner instead. */
export function toast(text: string, kind: Toast['kind'] = 'ok') {
  show({ id: next++, kind, text })
}

/**
 * The same, for what somebody does many times in a row: as long as the last of its kind still stands there, it is
 * told together with it. `words` gets whom it is about, the last first: some of them, and how many there are.
 */
export function toastOneOf(key: string, about: string, words: (some: string[], count: number) => string) {
  const before = toasts.value.find((shown) => shown.gathered?.key === key)
  const all = [about, ...(before?.gathered?.about ?? [])]
  if (before) dismiss(before.id)
  show({ id: next++, kind: 'ok', text: words(all.slice(0, NAMES), all.length), gathered: { key, about: all } })
}

function show(shown: Toast) {
  toasts.value.push(shown)
  timers.set(shown.id, setTimeout(() => dismiss(shown.id), SHOWN_MS))
}

export function dismiss(id: number) {
  clearTimeout(timers.get(id))
  timers.delete(id)
  toasts.value = toasts.value.filter((shown) => shown.id !== id)
}
