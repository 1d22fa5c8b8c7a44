import { reactive, watch } from 'vue'

/**
 * A form's content that survives a reload, the back button and an expired hold: kept in this tab until it is
 * sent (`forget`). Never in localStorage: forms carry personal data and computers are shared.
 */
export function useDraft<T extends object>(key: string, empty: T): { draft: T; forget: () => void } {
  const name = `mianqia.draft.${key}`
  let kept: Partial<T> = {}
  try {
    kept = JSON.parse(sessionStorage.getItem(name) ?? '{}') as Partial<T>
  } catch {
    // unreadable or forbidden: start empty
  }
  const draft = reactive({ ...empty, ...kept }) as T
  let forgotten = false
  watch(draft, () => {
    if (forgotten) return
    try {
      sessionStorage.setItem(name, JSON.stringify(draft))
    } catch {
      // private mode: the draft lasts as long as the page
    }
  }, { deep: true })
  return {
    draft,
    forget() {
      forgotten = true
      try {
        sessionStorage.removeItem(name)
      } catch {
        // nothing was kept
      }
    },
  }
}
