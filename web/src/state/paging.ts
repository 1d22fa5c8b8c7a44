import { computed, shallowRef, watch, type Ref, type WatchSource } from 'vue'
import type { Page } from '../api/types'
import { useAct, useLoad, type Act } from './load'

/** What every list has, whatever is in it. */
export interface Pages { cursor: Ref<string | null>; more: Act<[]> }

/** A list as a page draws it: what there is so far, or why there is nothing. */
export type Listed<T> = ReturnType<typeof usePages<T>>

/** A list that comes in pages: `items` so far, and `more` for the next page while there is one. */
export function usePages<T>(read: (cursor?: string) => Promise<Page<T>>, dependsOn: WatchSource[] = []) {
  const first = useLoad(() => read(), dependsOn)
  const later = shallowRef<Page<T>[]>([])
  // a fresh first page makes the later ones stale
  watch(first.data, () => (later.value = []))

  const known = computed(() => (first.data.value ? [first.data.value, ...later.value] : []))
  const items = computed(() => (first.data.value ? known.value.flatMap((page) => page.items) : undefined))
  const cursor = computed(() => known.value.at(-1)?.next_cursor ?? null)
  const more = useAct(async () => {
    if (cursor.value) later.value = [...later.value, await read(cursor.value)]
  })
  return { items, cursor, more, problem: first.problem, loading: first.loading, reload: first.reload }
}
