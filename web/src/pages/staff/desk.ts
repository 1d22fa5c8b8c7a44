// What an officer does with a booking, from wherever on the day's page it is shown.
import { inject, nextTick, provide, ref, watch, type InjectionKey, type Ref, type WatchSource } from 'vue'
import { api, take } from '../../api/client'
import type { Booking, WaitingPerson } from '../../api/types'
import { isolated } from '../../rules/isolate'
import { nextTick as nextStage } from '../../rules/stages'
import { useAct } from '../../state/load'
import { toastOneOf } from '../../state/toasts'
import { listed, t } from '../../i18n'

/** Done at once. */
export type Step = 'accept' | 'accept_anyway' | 'check_in' | 'reopen' | 'begin' | 'end'
/** Asked about first: they cannot be taken back, or (`accept_anyway`) it would be two meetings at once. */
export type Question = 'refuse' | 'no_show' | 'complete' | 'accept_anyway'

export interface Desk {
  /** The booking whose step is on its way. */
  busy: Ref<string | null>
  problem: ReturnType<typeof useAct>['problem']
  does: (step: Step, booking: Booking) => Promise<void>
  asks: (question: Question, booking: Booking) => void
  opens: (booking: Booking) => void
  /** To be told of rows before they change: a focus in one that goes moves on to the next. */
  follow: (rows: WatchSource<unknown>) => void
  /** After something was done: says so, reads the day again, and puts the focus where one goes on. */
  done: (what: Step | Question, booking: Booking) => Promise<void>
  /** The question that is open, if one is. */
  asked: Ref<{ question: Question; booking: Booking } | null>
  /** The booking whose details are open, if one is. */
  opened: Ref<Booking | null>
  /** Who waits to be let in, of a booking. */
  waits: (bookingId: string) => WaitingPerson | undefined
  /** Moves a booking where it stands; without it that is done on the page of free times. */
  moves: ((booking: Booking) => void) | undefined
}

const DESK: InjectionKey<Desk> = Symbol('desk')

/** The page of free times, to move a booking. */
export const movePath = (booking: Booking) => ({ path: `/services/${booking.service.id}/slots`, query: { move: booking.id } })

export const whoOf = (booking: Booking) => booking.enterprise?.name ?? booking.booker_name

export function provideDesk(reload: () => Promise<void>, waits: Desk['waits'], moves?: Desk['moves']): Desk {
  const busy = ref<string | null>(null)
  const asked: Desk['asked'] = ref(null)
  const opened: Desk['opened'] = ref(null)
  const act = useAct((step: Step, booking: Booking) => {
    const params = { path: { id: booking.id } }
    const stage = nextStage(booking)?.stage
    if (stage && (step === 'begin' || step === 'end')) {
      const ofStage = { path: { ...params.path, stage } }
      return step === 'begin'
        ? take(api.POST('/api/v1/bookings/{id}/stages/{stage}/begin', { params: ofStage }))
        : take(api.POST('/api/v1/bookings/{id}/stages/{stage}/end', { params: ofStage }))
    }
    if (step === 'check_in') return take(api.POST('/api/v1/bookings/{id}/check-in', { params }))
    if (step === 'reopen') return take(api.POST('/api/v1/bookings/{id}/reopen', { params }))
    return take(api.POST('/api/v1/bookings/{id}/accept', { params: { ...params, query: { anyway: step === 'accept_anyway' } } }))
  })

  // ---- the focus stays where one works, though rows come and go ----
  let asking: Place | null = null
  const here = () => placeOf(document.activeElement)
  function follow(rows: WatchSource<unknown>) {
    let before: Place | null = null
    watch(rows, () => (before = here()), { flush: 'pre' })
    watch(rows, () => goOn(before), { flush: 'post' })
  }

  async function done(what: Step | Question, booking: Booking) {
    const step = what === 'accept_anyway' ? 'accept' : what
    toastOneOf(step, isolated(whoOf(booking)), (some, n) => {
      const who = listed(some)
      const several = n > some.length ? 'staff.day.done.several_more' : 'staff.day.done.several'
      return t(`staff.day.done.${step}`, { who: n > 1 ? t(several, { n, who }) : who })
    })
    opened.value = null
    asked.value = null
    await reload()
    // the row may have gone while the question stood before it
    await nextTick()
    goOn(asking)
  }

  async function does(step: Step, booking: Booking) {
    asking = here() ?? asking
    if (step === 'accept' && booking.overlaps.length) {
      desk.asks('accept_anyway', booking)
      return
    }
    busy.value = booking.id
    const worked = await act.run(step, booking)
    busy.value = null
    if (worked) return done(step, booking)
    if (act.problem.value?.is<'accept_booking'>('officer_busy')) {
      act.problem.value = null
      desk.asks('accept_anyway', booking)
    }
    // a refusal too may mean that the booking has moved on
    await reload()
  }

  const desk: Desk = {
    busy, problem: act.problem, does, asked, opened, done, waits, follow,
    moves: moves && ((booking) => {
      opened.value = null
      moves(booking)
    }),
    asks: (question, booking) => {
      asking = here() ?? asking
      opened.value = null
      asked.value = { question, booking }
    },
    opens: (booking) => {
      asking = here()
      opened.value = booking
    },
  }
  provide(DESK, desk)
  return desk
}

/** A row, and where it stands in its list: the row itself may be gone afterwards. */
interface Place { row: Element; list: Element; at: number }

function placeOf(element: Element | null): Place | null {
  const row = element?.closest('li')
  const list = row?.parentElement
  return row && list ? { row, list, at: [...list.children].indexOf(row) } : null
}

/** Puts a lost focus on the row it was in, or on the one that has come in its place. */
function goOn(place: Place | null) {
  const here = document.activeElement
  if (!place || (here && here !== document.body)) return
  const rows = place.list.isConnected ? [...place.list.children] : []
  const row = place.row.isConnected ? place.row : rows[Math.min(place.at, rows.length - 1)]
  const target = row?.querySelector<HTMLElement>('a[href], button:not(:disabled)')
    ?? document.querySelector<HTMLElement>('#undecided, main h1')
  if (target && !target.matches('a, button')) target.tabIndex = -1
  target?.focus({ preventScroll: true })
}

export function useDesk(): Desk {
  const desk = inject(DESK)
  if (!desk) throw new Error('no desk above this component')
  return desk
}
