// What the program tells of the session: one state, made of its snapshots, its answers and what the person does.
// Whichever of a snapshot and an answer is newer, the state ends up with the newest.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Events } from '../../../api/events'
import { ApiError } from '../../../api/problem'
import type { BookingDetail, Session } from '../../../api/types'
import { START, next, phaseOf, type CallEvent } from '../../../call/machine'
import type { Program } from './program'

/** An answer that was overtaken is asked for so often again. */
const AGAIN = 3

/** `resumed`: the program had put us out, and has taken us back. */
export function useSnapshots(bookingId: string, program: Program, resumed: () => void = () => {}) {
  const state = shallowRef(START)
  const phase = computed(() => phaseOf(state.value))
  const session = computed(() => state.value.session)
  const booking = shallowRef<BookingDetail>()
  const problem = ref<ApiError | null>(null)
  const events = shallowRef<Events>()
  const stale = computed(() => events.value?.live.value === 'lost')
  const stopping = ref(false)
  let snapshots = 0

  const send = (event: CallEvent) => (state.value = next(state.value, event))

  function listen(id: string) {
    events.value?.close()
    events.value = program.listen(id, {
      session: (told) => {
        snapshots += 1
        void hear(told)
      },
      stopping: () => (stopping.value = true),
      refused: () => void program.session(id).catch((caught: unknown) => {
        // during a restart there is no answer at all, and the stream comes back by itself
        const found = ApiError.of(caught)
        // signed out, or the invitation was withdrawn
        if (found.status === 401 || found.status === 404) problem.value = found
      }),
    })
  }

  // whom the program put out (it started anew, the line was dead) goes back to their place without being asked
  async function hear(told: Session) {
    stopping.value = false
    if (!told.resumes || state.value.out !== null) return void send({ type: 'snapshot', session: told })
    try {
      await apply(() => program.enter(bookingId))
      resumed()
    } catch (caught) {
      ApiError.of(caught)
      send({ type: 'snapshot', session: told })
    }
  }

  /** The answer of a step. If the live channel spoke meanwhile, nobody knows which is newer: ask once more. */
  async function apply(step: () => Promise<Session>) {
    let before = snapshots
    let answer = await step()
    for (let again = 0; again < AGAIN && before !== snapshots; again++) {
      before = snapshots
      answer = await program.session(answer.id)
    }
    send({ type: 'snapshot', session: answer })
  }

  async function enter() {
    problem.value = null
    try {
      const answer = await program.enter(bookingId)
      send({ type: 'entered', session: answer })
      listen(answer.id)
    } catch (caught) {
      const found = ApiError.of(caught)
      if (found.is<'enter_session'>('session_ended')) send({ type: 'ended' })
      else problem.value = found
    }
    if (booking.value) return
    program.booking(bookingId).then((answer) => (booking.value = answer), (caught: unknown) => void ApiError.of(caught))
  }

  // from the end nothing comes back
  watch(phase, (now) => now === 'ended' && events.value?.close())
  onScopeDispose(() => events.value?.close())

  return { state, phase, session, booking, problem, stale, stopping, send, enter, apply }
}

export type Snapshots = ReturnType<typeof useSnapshots>
