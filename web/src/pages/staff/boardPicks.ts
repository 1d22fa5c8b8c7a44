// Picking several bookings on the board, to move them together. What was picked stays so while other days are turned to.
import { computed, inject, provide, ref, shallowRef, type InjectionKey } from 'vue'
import type { BoardBooking } from '../../api/types'
import { t } from '../../i18n'
import { isolated } from '../../rules/isolate'
import { whoOf } from './desk'

function makePicks() {
  /** Whether pressing a booking picks it. */
  const on = ref(false)
  /** As they were when they were picked. */
  const picked = shallowRef<ReadonlyMap<string, BoardBooking>>(new Map())
  const all = computed(() => [...picked.value.values()])
  /** It is asked to when they are to be moved. */
  const asking = ref(false)
  const said = ref('')

  function keep(some: BoardBooking[]) {
    picked.value = new Map(some.map((booking) => [booking.id, booking]))
  }
  function toggle(booking: BoardBooking) {
    const who = isolated(whoOf(booking))
    if (!booking.can.reschedule) {
      said.value = t('staff.moves.fixed', { who })
      return
    }
    const was = picked.value.has(booking.id)
    keep(was ? all.value.filter(({ id }) => id !== booking.id) : [...all.value, booking])
    said.value = t(was ? 'staff.moves.off' : 'staff.moves.on', { who, n: picked.value.size })
  }
  function leaveOut(ids: string[]) {
    keep(all.value.filter(({ id }) => !ids.includes(id)))
  }
  /** Takes them as they are now; what cannot be moved any more, or is gone from where it was shown, is left out. */
  function renew(shown: BoardBooking[], changed: string | null) {
    keep(all.value.flatMap((before) => {
      const now = shown.find(({ id }) => id === before.id)
      if (!now) return before.id === changed ? [] : [before]
      return now.can.reschedule ? [now] : []
    }))
  }
  function ask() {
    asking.value = picked.value.size > 0
  }
  function start() {
    on.value = true
    said.value = t('staff.moves.help')
  }
  function stop() {
    on.value = asking.value = false
    said.value = ''
    keep([])
  }
  return { on, picked, all, asking, said, toggle, leaveOut, renew, ask, start, stop }
}
export type BoardPicks = ReturnType<typeof makePicks>

const PICKS: InjectionKey<BoardPicks> = Symbol('picks')

export function providePicks(): BoardPicks {
  const picks = makePicks()
  provide(PICKS, picks)
  return picks
}

/** Those of the board around; none elsewhere. */
export const usePicks = () => inject(PICKS, undefined)
