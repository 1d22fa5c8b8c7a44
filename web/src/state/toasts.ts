import { ref } from 'vue'

export interface Toast { id: number; kind: 'ok' | 'warn' | 'bad' | 'info'; text: string }

const SHOWN_MS = 6_000
let next = 0
export const toasts = ref<Toast[]>([])

/** Says in passing that something was done. What must be read to decide belongs in a Banner instead. */
export function toast(text: string, kind: Toast['kind'] = 'ok') {
  const id = next++
  toasts.value.push({ id, kind, text })
  setTimeout(() => dismiss(id), SHOWN_MS)
}

export function dismiss(id: number) {
  toasts.value = toasts.value.filter((shown) => shown.id !== id)
}
