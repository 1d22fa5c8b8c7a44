// How long the program takes to answer, measured while one looks at one's own picture.
import { onBeforeUnmount, ref } from 'vue'

const FIRST_MS = 300
const EVERY_MS = 4_000

export function useLineTest(ask: () => Promise<unknown>) {
  const quality = ref<'good' | 'fair' | 'poor' | 'none' | null>(null)
  const roundTrip = ref<number | null>(null)
  const last: number[] = []
  let stopped = false
  let timer = setTimeout(() => void measure(), FIRST_MS)

  async function measure() {
    const begun = performance.now()
    try {
      await ask()
      last.push(performance.now() - begun)
      if (last.length > 3) last.shift()
      // the best of three: what the line can do, without the hiccups of the first
      roundTrip.value = Math.max(1, Math.round(Math.min(...last)))
      quality.value = roundTrip.value < 250 ? 'good' : roundTrip.value < 600 ? 'fair' : 'poor'
    } catch {
      last.length = 0
      roundTrip.value = null
      quality.value = 'none'
    }
    if (!stopped) timer = setTimeout(() => void measure(), last.length < 3 ? FIRST_MS : EVERY_MS)
  }

  onBeforeUnmount(() => {
    stopped = true
    clearTimeout(timer)
  })
  return { quality, roundTrip }
}
