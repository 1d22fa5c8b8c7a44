// Single keys during the call. Never while somebody types or a question is open, never with Ctrl, Alt or Cmd.
import { onBeforeUnmount } from 'vue'

export function useCallKeys(keys: Record<string, () => void>) {
  function press(event: KeyboardEvent) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return
    const target = event.target as HTMLElement
    if (target.closest?.('input, textarea, select, [contenteditable], dialog')) return
    keys[event.key.toLowerCase()]?.()
  }
  addEventListener('keydown', press)
  onBeforeUnmount(() => removeEventListener('keydown', press))
}
