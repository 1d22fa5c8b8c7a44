import { computed, ref, watch } from 'vue'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { Booking } from '../../api/types'
import { holdLeft, holds } from '../../rules/bookings'
import type { Place } from '../../rules/stages'
import { useNow } from '../../state/clock'
import { useAct } from '../../state/load'
import { isStaff, me } from '../../state/me'

async function release(booking: Booking) {
  await take(api.POST('/api/v1/bookings/{id}/cancel', { params: { path: { id: booking.id } }, body: { reason: null } }))
}

/**
 * The place kept while somebody fills in a form. A hold taken earlier for the same service is found again, so that
 * the back button and a reload do not lose it; another choice takes the new place before it lets go of the old.
 */
export function useHold(serviceId: () => string) {
  const now = useNow()
  const booking = ref<Booking>()
  const left = computed(() => (booking.value ? holdLeft(booking.value, now.value) : 0))
  const ranOut = computed(() => !!booking.value && left.value <= 0)

  /** `anyway`: a second place at a time that one has booked already. */
  const taking = useAct(async (place: Place, anyway?: boolean) => {
    const before = booking.value
    booking.value = await take(api.POST('/api/v1/bookings', { body: { service_id: serviceId(), ...place, anyway } }))
    if (before && holds(before, now.value)) await release(before)
  })
  const releasing = useAct(async () => {
    if (booking.value && holds(booking.value, now.value)) await release(booking.value)
    booking.value = undefined
  })

  async function find() {
    booking.value = undefined
    if (!me.value || isStaff.value) return
    try {
      const coming = await take(api.GET('/api/v1/bookings', { params: { query: { view: 'coming' } } }))
      booking.value ??= coming.items.find((found) => found.service.id === serviceId() && holds(found, now.value))
    } catch (caught) {
      // only a convenience: without it one chooses a time anew
      ApiError.of(caught)
    }
  }
  watch([me, serviceId], find, { immediate: true })

  return { booking, left, ranOut, now, taking, releasing }
}
