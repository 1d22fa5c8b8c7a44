// What an officer does with a booking, from wherever on the day's page it is shown.
import { inject, nextTick, provide, ref, type InjectionKey, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, take } from '../../api/client'
import type { Booking, WaitingPerson } from '../../api/types'
import { useAct } from '../../state/load'
import { toastOneOf } from '../../state/toasts'

/** Done at once. */
export type Step = 'accept' | 'accept_anyway' | 'check_in' | 'reopen'
/** Asked about first: they cannot be taken back, or (`accept_anyway`) it would be two meetings at once. */
export type Question = 'refuse' | 'no_show' | 'complete' | 'accept_anyway'

export interface Desk {
  /** The booking whose step is on its way. */
  busy: Ref<string | null>
  problem: ReturnType<typeof useAct>['problem']
  does: (step: Step, booking: Booking) => Promise<void>
  asks: (question: Question, booking: Booking) => void
  opens: (booking: Booking) => void
  /** After something was done: says so, reads the day again, and puts the focus where one goes on. */
  done: (what: Step | Question, booking: Booking) => Promise<void>
  /** The question that is open, if one is. */
  asked: Ref<{ question: Question; booking: Booking } | null>
  /** The booking whose details are open, if one is. */
  opened: Ref<Booking | null>
  /** Who waits to be let in, of a booking. */
  waits: (bookingId: string) => WaitingPerson | undefined
}

const DESK: InjectionKey<Desk> = Symbol('desk')

export const whoOf = (booking: Booking) => booking.enterprise?.name ?? booking.booker_name

export function provideDesk(reload: () => Promise<void>, waits: Desk['waits']): Desk {
  const { t } = useI18n()
  const busy = ref<string | null>(null)
  const asked: Desk['asked'] = ref(null)
  const opened: Desk['opened'] = ref(null)
  const act = useAct((step: Step, id: string) => {
    const params = { path: { id } }
    if (step === 'check_in') return take(api.POST('/api/v1/bookings/{id}/check-in', { params }))
    if (step === 'reopen') return take(api.POST('/api/v1/bookings/{id}/reopen', { params }))
    return take(api.POST('/api/v1/bookings/{id}/accept', { params: { ...params, query: { anyway: step === 'accept_anyway' } } }))
  })

  /** The place in its list of what somebody is working on: the row itself may be gone afterwards. */
  let list: Element | null | undefined
  let at = 0
  function remember() {
    const row = document.activeElement?.closest('li')
    if (!row) return
    list = row.parentElement
    at = list ? [...list.children].indexOf(row) : 0
  }

  /** The row may go a moment later, with what other pages tell: until then it is looked for again. */
  async function goOn(looks = 20) {
    await nextTick()
    const here = document.activeElement
    if (here && here !== document.body && here.isConnected) {
      if (looks > 0) setTimeout(() => void goOn(looks - 1), LOOK_AGAIN_MS)
      return
    }
    const rows = list?.isConnected ? [...list.children] : []
    const row = rows[Math.min(at, rows.length - 1)]
    const target = row?.querySelector<HTMLElement>('a[href], button:not(:disabled)')
      ?? document.querySelector<HTMLElement>('#undecided, main h1')
    if (target && !target.matches('a, button')) target.tabIndex = -1
    target?.focus({ preventScroll: true })
  }

  async function done(what: Step | Question, booking: Booking) {
    const step = what === 'accept_anyway' ? 'accept' : what
    toastOneOf(step, whoOf(booking), (some, n) => {
      const who = some.join(t('common.list_comma')) + (n > some.length ? '…' : '')
      return t(`staff.day.done.${step}`, { who: n > 1 ? t('staff.day.done.several', { n, who }) : who })
    })
    opened.value = null
    asked.value = null
    await reload()
    await goOn()
  }

  async function does(step: Step, booking: Booking) {
    remember()
    if (step === 'accept' && booking.overlaps.length) return desk.asks('accept_anyway', booking)
    busy.value = booking.id
    const worked = await act.run(step, booking.id)
    busy.value = null
    if (worked) return done(step, booking)
    if (act.problem.value?.code === 'officer_busy') {
      act.problem.value = null
      desk.asks('accept_anyway', booking)
    }
    // a refusal too may mean that the booking has moved on
    await reload()
    await goOn()
  }

  const desk: Desk = {
    busy, problem: act.problem, does, asked, opened, done, waits,
    asks: (question, booking) => {
      remember()
      opened.value = null
      asked.value = { question, booking }
    },
    opens: (booking) => {
      remember()
      opened.value = booking
    },
  }
  provide(DESK, desk)
  return desk
}

const LOOK_AGAIN_MS = 100

export function useDesk(): Desk {
  const desk = inject(DESK)
  if (!desk) throw new Error('no desk above this component')
  return desk
}
