// A part of the page over the whole screen, where the browser can do that (phones of one maker show single videos only).
import { onMounted, onScopeDispose, ref, type ShallowRef } from 'vue'

export function useFullScreen(element: Readonly<ShallowRef<HTMLElement | null>>) {
  const possible = ref(false)
  const on = ref(false)
  const follow = () => (on.value = !!element.value && document.fullscreenElement === element.value)
  onMounted(() => (possible.value = document.fullscreenEnabled))
  document.addEventListener('fullscreenchange', follow)
  onScopeDispose(() => document.removeEventListener('fullscreenchange', follow))

  function toggle() {
    // refused without a press, as when a key is held while the page comes: then all stays as it is
    if (on.value) document.exitFullscreen().catch(() => {})
    else if (possible.value) element.value?.requestFullscreen().catch(() => {})
  }
  return { possible, on, toggle }
}
