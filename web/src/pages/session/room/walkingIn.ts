// How an officer walks into a room: devices that were looked at once are not looked at again before each of a day's
// meetings, and whoever pressed "let in" elsewhere lets in as soon as they are inside.
import { computed, shallowRef, ref, watch, type Ref } from 'vue'
import { isolated } from '../../../rules/isolate'
import { useAct } from '../../../state/load'
import type { Snapshots } from './snapshots'

export interface Doors {
  wait: () => Promise<void>
  admit: (participantId: string) => Promise<void>
  /** Whether the devices of this browser have been looked at before. */
  devicesChecked: () => boolean
}

/** `admits`: whom to let in as soon as one is inside, asked for by the press of a button elsewhere. */
export function useWalkingIn(
  { state, session }: Pick<Snapshots, 'state' | 'session'>,
  isOfficer: Ref<boolean>,
  { wait, admit, devicesChecked }: Doors,
  admits = '',
) {
  let wanted = admits
  const inside = () => session.value?.people.find((one) => one.role === 'officer' && one.state === 'admitted' && one.id !== session.value?.me.id)
  /** Whom one came to let in, and the colleague who was quicker: nobody walks in on that unasked. */
  const taken = shallowRef<{ who: string; by: string } | null>(null)
  /** The colleague who pressed in the same moment, and is in the call too. */
  const together = ref('')
  watch(session, (now) => {
    const person = now?.people.find((one) => one.id === wanted)
    const colleague = inside()
    if (now?.me.state === 'admitted' || person?.state !== 'admitted' || !colleague) return
    taken.value = { who: isolated(person.name), by: isolated(colleague.name) }
    wanted = ''
  })
  const walking = useAct(async () => {
    if (session.value?.me.state === 'acknowledged') await wait()
    const who = wanted
    wanted = ''
    if (session.value?.people.some((one) => one.id === who && one.state === 'waiting')) await admit(who)
    if (who) together.value = isolated(inside()?.name ?? '')
  })
  const enterToo = () => (taken.value = null)
  /** Nothing is asked between the notice and the call. */
  const straightIn = computed(() => isOfficer.value && (!!wanted || devicesChecked()))
  const walksIn = computed(() => {
    const me = session.value?.me
    if (me?.role !== 'officer' || state.value.out || walking.problem.value || taken.value) return false
    return me.state === 'acknowledged' ? !!wanted || devicesChecked() : me.state === 'admitted' && !!wanted
  })
  watch(walksIn, (now) => now && void walking.run(), { flush: 'post' })

  return { walking, taken, together, enterToo, straightIn, walksIn }
}
