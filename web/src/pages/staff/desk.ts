// What an officer does with a booking, from wherever on the day's page it is shown.
import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, take } from '../../api/client'
import type { Booking } from '../../api/types'
import { useAct } from '../../state/load'
import { toast } from '../../state/toasts'

/** Done at once. */
export type Step = 'accept' | 'check_in'
/** Asked about first: they cannot be taken back. */
export type Question = 'refuse' | 'no_show' | 'complete'

export interface Desk {
  /** The booking whose step is on its way. */
  busy: Ref<string | null>
  problem: ReturnType<typeof useAct>['problem']
  does: (step: Step, booking: Booking) => Promise<void>
  asks: (question: Question, booking: Booking) => void
  opens: (booking: Booking) => void
  /** The question that is open, if one is. */
  asked: Ref<{ question: Question; booking: Booking } | null>
  /** The booking whose details are open, if one is. */
  opened: Ref<Booking | null>
}

const DESK: InjectionKey<Desk> = Symbol('desk')

export function provideDesk(reload: () => void): Desk {
  const { t } = useI18n()
  const busy = ref<string | null>(null)
  const asked: Desk['asked'] = ref(null)
  const opened: Desk['opened'] = ref(null)
  const act = useAct((step: Step, id: string) => {
    const params = { path: { id } }
    return step === 'accept'
      ? take(api.POST('/api/v1/bookings/{id}/accept', { params }))
      : take(api.POST('/api/v1/bookings/{id}/check-in', { params }))
  })

  async function does(step: Step, booking: Booking) {
    busy.value = booking.id
    const done = await act.run(step, booking.id)
    busy.value = null
    if (done) {
      toast(t(`staff.day.done.${step}`, { who: booking.enterprise?.name ?? booking.booker_name }))
      opened.value = null
    }
    // a refusal too may mean that the booking has moved on
    reload()
  }

  const desk: Desk = {
    busy, problem: act.problem, does, asked, opened,
    asks: (question, booking) => {
      opened.value = null
      asked.value = { question, booking }
    },
    opens: (booking) => (opened.value = booking),
  }
  provide(DESK, desk)
  return desk
}

export function useDesk(): Desk {
  const desk = inject(DESK)
  if (!desk) throw new Error('no desk above this component')
  return desk
}
