import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { api, take } from '../../api/client'
import { t } from '../../i18n'
import { placeOfBooking, type Place } from '../../rules/stages'
import { useAct, useLoad } from '../../state/load'
import { isStaff } from '../../state/me'
import { toast } from '../../state/toasts'

/** A booking on its way to another time: what was chosen is asked about once, then it is moved in one step. */
export function useMove(bookingId: () => string) {
  const router = useRouter()
  const load = useLoad(async () => (bookingId() ? take(api.GET('/api/v1/bookings/{id}', { params: { path: { id: bookingId() } } })) : undefined), [bookingId])
  const booking = load.data
  const place = computed(() => booking.value && placeOfBooking(booking.value))
  /** The place that is asked about, if one is. */
  const asked = ref<{ place: Place; anyway: boolean }>()

  /** Why an officer moves it; kept while another time is looked for. */
  const reason = ref('')

  const act = useAct(async (to: Place, anyway: boolean) => {
    const moved = await take(api.POST('/api/v1/bookings/{id}/reschedule', { params: { path: { id: bookingId() } }, body: { ...to, anyway, ...(isStaff.value && { reason: reason.value.trim() }) } }))
    toast(t(moved.state === 'requested' && moved.needs_decision ? 'booking.move.done_anew' : 'booking.move.done'))
    await router.push(`/bookings/${moved.id}`)
  })
  /** The place that one has already, where that was why it was refused. */
  const doubled = ref<Place>()
  /** True when it was moved; the page is then another one. */
  async function go() {
    if (!asked.value) return false
    const { place: to, anyway } = asked.value
    const moved = await act.run(to, anyway)
    asked.value = undefined
    const known = act.problem.value?.is<'reschedule_booking'>('already_yours') || act.problem.value?.is<'reschedule_booking'>('officer_busy')
    doubled.value = known ? to : undefined
    return moved
  }

  return { load, booking, place, asked, reason, act, doubled, go }
}
