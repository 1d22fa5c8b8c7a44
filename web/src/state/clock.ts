// Time as the program tells it. A phone's clock may be minutes off; a hold's end and "now" must not be.
import { onScopeDispose, ref, type Ref } from 'vue'

let ahead = 0
const DRIFT_WORTH_MINDING_MS = 2_000

/** Takes the `Date` header of an answer. It has whole seconds: smaller differences are rounding, not drift. */
export function noteServerTime(header: string | null) {
  const at = header ? Date.parse(header) : NaN
  if (Number.isNaN(at)) return
  const difference = at + 500 - Date.now()
  ahead = Math.abs(difference) < DRIFT_WORTH_MINDING_MS ? 0 : difference
}

export function serverNow(): number {
  return Date.now() + ahead
}

/** The program's time, ticking for as long as the component lives. */
export function useNow(everyMs = 1_000): Ref<number> {
  const now = ref(serverNow())
  const timer = setInterval(() => (now.value = serverNow()), everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
