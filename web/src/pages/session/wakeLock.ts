// Keeps a phone's screen on while somebody waits or talks. Browsers without it just let the screen go dark.
import { onBeforeUnmount, watch, type Ref } from 'vue'

export function useWakeLock(wanted: Ref<boolean>) {
  let lock: WakeLockSentinel | undefined
  async function follow() {
    if (!wanted.value || document.visibilityState !== 'visible') return
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined)
  }
  const release = () => void lock?.release().catch(() => {})
  watch(wanted, (now) => (now ? void follow() : release()), { immediate: true })
  // the browser lets go of it whenever the page is hidden
  const onVisible = () => void follow()
  document.addEventListener('visibilitychange', onVisible)
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', onVisible)
    release()
  })
}
