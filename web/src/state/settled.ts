import { onScopeDispose, ref, watch, type Ref } from 'vue'

const WHILE_TYPING_MS = 400

/** What is typed, once one stops typing for a moment. */
export function useSettled(typed: () => string): Ref<string> {
  const settled = ref(typed())
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => (settled.value = now), WHILE_TYPING_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
  return settled
}
