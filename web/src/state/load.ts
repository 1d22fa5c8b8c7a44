import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { ApiError } from '../api/problem'
import { online } from './online'

export interface Load<T> {
  data: ShallowRef<T | undefined>
  problem: Ref<ApiError | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

/**
 * Reads something for a page and reads it again when what it depends on changes, or when the line is back after
 * a failure. What was there stays on screen meanwhile; an answer that comes too late is dropped.
 */
export function useLoad<T>(read: () => Promise<T>, dependsOn: WatchSource[] = []): Load<T> {
  const data = shallowRef<T>()
  const problem = ref<ApiError | null>(null)
  const loading = ref(false)
  let turn = 0

  let latest: Promise<void> | undefined

  /** Done when what is on screen is as new as the call, also where another overtook it. */
  async function reload() {
    let awaited: Promise<void> | undefined
    latest = look(++turn)
    while (awaited !== latest) {
      awaited = latest
      await awaited
    }
  }

  async function look(mine: number) {
    loading.value = true
    try {
      const answer = await read()
      if (mine !== turn) return
      data.value = answer
      problem.value = null
    } catch (caught) {
      if (mine === turn) problem.value = ApiError.of(caught)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  if (dependsOn.length) {
    watch(dependsOn, () => {
      data.value = undefined
      void reload()
    })
  }
  watch(online, (back) => back && problem.value && void reload())
  onScopeDispose(() => turn++)
  void reload()
  return { data, problem, loading, reload }
}

export interface Act<Args extends unknown[]> {
  busy: Ref<boolean>
  problem: Ref<ApiError | null>
  /** True when it worked. A second call while one runs does nothing. */
  run: (...args: Args) => Promise<boolean>
}

/** Does something once at a time and keeps its problem for showing. */
export function useAct<Args extends unknown[]>(act: (...args: Args) => Promise<unknown>): Act<Args> {
  const busy = ref(false)
  const problem = ref<ApiError | null>(null)
  async function run(...args: Args) {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await act(...args)
      return true
    } catch (caught) {
      problem.value = ApiError.of(caught)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, run }
}
