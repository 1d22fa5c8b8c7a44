// Settings that are tried on a month while they are typed: asked anew a moment after the last key, and at once for
// another month. Only the newest answer counts.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../../../api/problem'
import { addMonths, dayIn } from '../../../rules/time'
import { serverNow } from '../../../state/clock'

const WHILE_TYPING_MS = 400

/** `settings` are none while a number cannot be read. `told` hears what the program thinks of them. */
export function useTried<Settings, Effect>(
  zone: string,
  settings: () => Settings | undefined,
  ask: (settings: Settings, month: string) => Promise<Effect>,
  told: (problem: ApiError | null, effect: Effect | undefined) => void,
) {
  const month = ref(addMonths(dayIn(serverNow(), zone).slice(0, 7), 1))
  const effect = shallowRef<Effect>()
  const problem = ref<ApiError | null>(null)
  const typed = computed(() => JSON.stringify(settings() ?? null))
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  async function look() {
    const mine = ++turn
    const tried = JSON.parse(typed.value) as Settings | null
    if (!tried) return
    try {
      const found = await ask(tried, `${month.value}-01`)
      if (mine !== turn) return
      effect.value = found
      problem.value = null
    } catch (caught) {
      if (mine !== turn) return
      problem.value = ApiError.of(caught)
    }
    told(problem.value, effect.value)
  }
  watch(typed, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), WHILE_TYPING_MS)
  })
  watch(month, () => {
    effect.value = undefined
    void look()
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    turn++
  })
  void look()
  return { month, effect, problem }
}
