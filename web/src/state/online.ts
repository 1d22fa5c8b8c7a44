import { ref } from 'vue'

/** Whether the program can be reached, as far as the browser and the last call know. */
export const online = ref(globalThis.navigator?.onLine ?? true)

globalThis.addEventListener?.('online', () => (online.value = true))
globalThis.addEventListener?.('offline', () => (online.value = false))

export function noteReached(reached: boolean) {
  online.value = reached
}
