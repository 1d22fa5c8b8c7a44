// Moving a booking on the board: a free time is chosen by keys or by dragging, then it is asked about with a reason, and
// moved in one step.
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import { api, take } from '../../api/client'
import type { BoardBooking, Slot } from '../../api/types'
import { t } from '../../i18n'
import { isolated } from '../../rules/isolate'
import type { Place } from '../../rules/stages'
import { dayIn, minuteOfDay } from '../../rules/time'
import { serverNow } from '../../state/clock'
import { useAct } from '../../state/load'
import { useTimes } from '../../state/times'
import { toast } from '../../state/toasts'
import { nearest, step, type Block } from './board'
import { whoOf } from './desk'

interface Range { days: () => string[]; zone: () => string; shift: (by: 1 | -1) => void; reload: () => Promise<void> }

export function useBoardMove({ days, zone, shift, reload }: Range) {
  const times = useTimes()
  const block = shallowRef<Block>()
  const free = shallowRef<Slot[]>([])
  const target = shallowRef<Slot>()
  /** Its free times are on their way. */
  const looking = ref(false)
  const said = ref('')
  /** What is asked about: where it would go, and whether in spite of what stands there. */
  const asked = shallowRef<{ booking: BoardBooking; place: Place; anyway: boolean }>()
  /** Of stages, which are moved together: the ways to have them are looked for around a time. */
  const ways = shallowRef<{ booking: BoardBooking; from: string }>()
  const reason = ref('')
  const refused = shallowRef<{ booking: BoardBooking; place: Place }>()

  const name = () => (block.value ? isolated(whoOf(block.value.booking)) : '')
  const tell = (slot: Slot) => t('staff.board.target', { when: times.when(slot.starts_at, zone()) })

  let turn = 0
  /** The free times of the shown days, from now on. */
  async function look() {
    const booking = block.value?.booking
    if (!booking) return
    const mine = ++turn
    const path = { id: booking.service.id }
    const today = dayIn(serverNow(), zone())
    looking.value = true
    const found = await Promise.all(days().filter((day) => day >= today).map((date) =>
      take(api.GET('/api/v1/services/{id}/slots', { params: { path, query: { date } } })).then((day) => day.slots, () => [])))
    if (mine !== turn) return
    looking.value = false
    free.value = found.flat().filter((slot) => !slot.reason && slot.free > 0)
  }

  async function begin(of: Block) {
    stop()
    refused.value = undefined
    if (of.stage) {
      const from = Math.max(Date.parse(of.booking.starts_at), serverNow())
      ways.value = { booking: of.booking, from: new Date(from).toISOString() }
      return
    }
    block.value = of
    said.value = t('staff.board.looking')
    await look()
    if (block.value !== of) return
    aim(dayIn(of.starts_at, zone()), minuteOfDay(of.starts_at, zone()))
    target.value ??= free.value[0]
    said.value = target.value ? t('staff.board.moving', { who: name(), target: tell(target.value) }) : t('staff.board.none_free')
  }

  function aim(day: string, minute: number) {
    const found = nearest(free.value, zone(), day, minute)
    if (found) target.value = found
    return found
  }

  let heading: 1 | -1 = 1
  /** What a key does; true where it was one of the move's own. */
  function press(key: string): boolean {
    if (!block.value) return false
    if (key === 'Escape') giveUp()
    else if (key === 'Enter') choose()
    else if (/^(Arrow|Home|End)/.test(key)) {
      const next = target.value && step(free.value, target.value, key, zone())
      if (next) {
        target.value = next
        said.value = tell(next)
      } else if (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown') {
        heading = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1
        if (heading > 0 || (days()[0] ?? '') > dayIn(serverNow(), zone())) shift(heading)
        else said.value = t('staff.board.no_earlier')
      }
    } else return false
    return true
  }
  // other days were turned to, to go on looking there
  watch(days, async (now, before) => {
    if (!block.value || now.join() === before.join()) return
    const minute = target.value ? minuteOfDay(target.value.starts_at, zone()) : 0
    target.value = undefined
    said.value = t('staff.board.looking')
    await look()
    const there = [...new Set(free.value.map((slot) => dayIn(slot.starts_at, zone())))]
    target.value = nearest(free.value, zone(), (heading > 0 ? there[0] : there.at(-1)) ?? '', minute)
    said.value = target.value ? tell(target.value) : t('staff.board.none_free')
  })

  function choose() {
    if (!block.value || !target.value) return
    asked.value = { booking: block.value.booking, place: { starts_at: target.value.starts_at }, anyway: false }
  }
  function stop() {
    turn++
    block.value = target.value = ways.value = undefined
    free.value = []
    looking.value = false
  }
  /** Puts the focus back where the move began. */
  function refocus(id: string | undefined) {
    void nextTick(() => {
      const card = id && document.querySelector<HTMLElement>(`[data-booking="${id}"]`)
      ;(card || document.querySelector<HTMLElement>('main h1'))?.focus({ preventScroll: !!card })
    })
  }
  function giveUp() {
    const id = (block.value ?? ways.value)?.booking.id
    said.value = t('staff.board.given_up')
    stop()
    refocus(id)
  }

  const act = useAct(({ booking, place, anyway }: NonNullable<typeof asked.value>) =>
    take(api.POST('/api/v1/bookings/{id}/reschedule', { params: { path: { id: booking.id } }, body: { ...place, anyway, reason: reason.value.trim() } })))
  async function go() {
    const wanted = asked.value
    if (!wanted) return
    const moved = await act.run(wanted)
    asked.value = undefined
    stop()
    if (moved) {
      reason.value = ''
      toast(t('staff.board.moved', { who: isolated(whoOf(wanted.booking)) }))
    } else {
      const known = act.problem.value?.is<'reschedule_booking'>('already_yours') || act.problem.value?.is<'reschedule_booking'>('officer_busy')
      refused.value = known ? wanted : undefined
    }
    await reload()
    refocus(wanted.booking.id)
  }
  /** They know what stands there. */
  function anyway() {
    if (refused.value) asked.value = { ...refused.value, anyway: true }
  }
  function chooseWay(place: Place) {
    const booking = ways.value?.booking
    ways.value = undefined
    if (booking) asked.value = { booking, place, anyway: false }
  }
  const movesBooking = computed(() => block.value?.booking)

  return { block, movesBooking, free, target, looking, said, asked, ways, reason, act, refused, begin, look, aim, press, choose, chooseWay, giveUp, go, anyway }
}
export type BoardMove = ReturnType<typeof useBoardMove>
