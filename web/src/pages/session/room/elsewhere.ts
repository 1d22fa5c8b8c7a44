// For an officer in one session: who waits for others, and who is next.
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Events } from '../../../api/events'
import type { OfficerDay, Session } from '../../../api/types'
import type { Program } from './program'

export type WaitsElsewhere = OfficerDay['waiting'][number]

export function useElsewhere(officer: Ref<boolean>, session: Ref<Session | null>, program: Pick<Program, 'day' | 'listenToDay'>) {
  // the day knows who waits; without it one only has to go back to it
  const day = shallowRef<OfficerDay>()
  let events: Events | undefined
  const reload = () => void program.day().then((answer) => (day.value = answer), () => {})
  watch(officer, (is) => {
    if (!is || events) return
    events = program.listenToDay(reload)
    reload()
  }, { immediate: true })
  onScopeDispose(() => events?.close())

  const elsewhere = computed(() => (day.value?.waiting ?? []).filter((one) => one.session_id !== session.value?.id))
  /** Who is there comes before who put the phone away; otherwise who waits longest. */
  const nextUp = computed<WaitsElsewhere | undefined>(() => elsewhere.value.find((one) => one.present) ?? elsewhere.value[0])
  return { elsewhere, nextUp }
}

/** Where somebody who waits is met and let in at once. */
export const admitting = (one: Pick<WaitsElsewhere, 'booking_id' | 'participant_id'>) =>
  ({ name: 'session', params: { bookingId: one.booking_id }, query: { admit: one.participant_id } })
