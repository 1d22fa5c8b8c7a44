// Booking stage by stage at the desk: what is asked for, the ways to have it, and which of them is chosen.
import { computed, ref, watch } from 'vue'
import { api, take } from '../../api/client'
import type { DeskWay, Service } from '../../api/types'
import { placeOfWay, samePlace, stagesText, type StageAt } from '../../rules/stages'
import { addDays, clock, dayIn, instantAt } from '../../rules/time'
import { serverNow } from '../../state/clock'
import { useLoad } from '../../state/load'

/** Whose terms and whose places: as the desk's slots are asked for. */
export interface DeskAsked { channel: 'phone' | 'counter'; enterprise?: string; category?: string }

export function useDeskStages(service: () => Service | undefined, asked: () => DeskAsked) {
  const staged = ref(false)
  const stages = ref<StageAt[]>([])
  /** An instant; what is wanted may begin then or later. */
  const from = ref(new Date(serverNow()).toISOString())
  const way = ref<DeskWay>()

  // a call is mostly about all of it
  watch(() => service()?.id, () => {
    staged.value = false
    stages.value = service()?.stages.map(({ stage }): StageAt => ({ stage, site: 'office' })) ?? []
    way.value = undefined
  }, { immediate: true })

  const wanted = computed(() => (staged.value ? stagesText(stages.value) : ''))
  const query = computed(() => ({ stages: wanted.value, from: from.value, ...asked() }))
  const ways = useLoad(async () => {
    const of = service()
    if (!of || !wanted.value) return undefined
    const params = { path: { id: of.id }, query: query.value }
    return (await take(api.GET('/api/v1/services/{id}/desk-alternatives', { params }))).alternatives
  }, [() => JSON.stringify([service()?.id, query.value])])
  // what is still offered stays chosen, as the terms of whoever was named meanwhile have it
  watch(ways.data, (found) => {
    const chosen = way.value && placeOfWay(way.value)
    if (found) way.value = chosen && found.find((one) => samePlace(placeOfWay(one), chosen))
  })

  /** The next one begins with what there is now. */
  function again() {
    way.value = undefined
    from.value = new Date(serverNow()).toISOString()
  }

  /** From that many days later on, within what can be booked. */
  function turn(days: number, zone: string, today: string, last: string) {
    const to = addDays(dayIn(from.value, zone), days)
    if (to >= today && to <= last) from.value = instantAt(to, clock(from.value, zone), zone)
  }

  return { staged, stages, from, way, ways, again, turn }
}
