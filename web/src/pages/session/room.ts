// The session page's state: the program's snapshots, the devices and the call, held together for the components.
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { api, take } from '../../api/client'
import { openEvents, type Events } from '../../api/events'
import { ApiError } from '../../api/problem'
import type { BookingDetail, Session } from '../../api/types'
import { Call, type Playing } from '../../call/call'
import { START, next, phaseOf, wantsMedia, type CallEvent } from '../../call/machine'
import type { Verdict } from '../../call/quality'
import { chime } from '../../call/sound'
import { keepToken } from '../../call/token'
import { contained } from '../../rules/typed'
import { useAct } from '../../state/load'
import { isStaff } from '../../state/me'
import { online } from '../../state/online'
import { devicesChecked, noteDevicesChecked, useDevices } from './devices'
import { useElsewhere } from './elsewhere'

/** After a reload the camera may have to be asked for first; the others must not wait for that. */
const DEVICES_BEFORE_JOINING_MS = 3_000

/** `admits`: whom to let in as soon as one is inside, asked for by the press of a button elsewhere. */
export function useRoom(bookingId: string, admits = '') {
  const path = { params: { path: { id: bookingId } } }
  const state = shallowRef(START)
  const phase = computed(() => phaseOf(state.value))
  const session = computed(() => state.value.session)
  const isOfficer = computed(() => (session.value ? session.value.me.role === 'officer' : isStaff.value))
  const booking = shallowRef<BookingDetail>()
  const problem = ref<ApiError | null>(null)
  const send = (event: CallEvent) => (state.value = next(state.value, event))

  // ---- what the program tells ----
  const events = shallowRef<Events>()
  const stale = computed(() => events.value?.live.value === 'lost')
  const stopping = ref(false)
  let snapshots = 0

  function listen(id: string) {
    events.value?.close()
    events.value = openEvents(`/api/v1/sessions/${id}/events`, {
      session: (data) => {
        snapshots += 1
        void hear(data as Session)
      },
      stopping: () => (stopping.value = true),
    }, () => void take(api.GET('/api/v1/sessions/{id}', { params: { path: { id } } })).catch((caught: unknown) => {
      // during a restart there is no answer at all, and the stream comes back by itself
      const found = ApiError.of(caught)
      // signed out, or the invitation was withdrawn
      if (found.status === 401 || found.status === 404) problem.value = found
    }))
  }

  // whom the program put out (it started anew, the line was dead) goes back to their place without being asked
  async function hear(told: Session) {
    stopping.value = false
    if (!told.resumes || state.value.out !== null) return void send({ type: 'snapshot', session: told })
    try {
      await apply(() => take(api.POST('/api/v1/bookings/{id}/session', path)))
      call?.nudge()
    } catch (caught) {
      ApiError.of(caught)
      send({ type: 'snapshot', session: told })
    }
  }

  /** The answer of a step. If the live channel spoke meanwhile, nobody knows which is newer: ask once more. */
  async function apply(step: () => Promise<Session>) {
    let before = snapshots
    let answer = await step()
    for (let again = 0; again < 3 && before !== snapshots; again++) {
      before = snapshots
      answer = await take(api.GET('/api/v1/sessions/{id}', { params: { path: { id: answer.id } } }))
    }
    send({ type: 'snapshot', session: answer })
  }

  async function enter() {
    problem.value = null
    try {
      const answer = await take(api.POST('/api/v1/bookings/{id}/session', path))
      send({ type: 'entered', session: answer })
      listen(answer.id)
    } catch (caught) {
      const found = ApiError.of(caught)
      if (found.code === 'session_ended') send({ type: 'ended' })
      else problem.value = found
    }
    if (booking.value) return
    take(api.GET('/api/v1/bookings/{id}', path)).then((answer) => (booking.value = answer), ApiError.of)
  }

  const here = () => ({ params: { path: { id: session.value?.id ?? '' } } })
  const acknowledge = () => apply(() => take(api.POST('/api/v1/sessions/{id}/acknowledge', { ...here(), body: { notice_version: session.value?.notice_version ?? 0 } })))
  async function wait() {
    await apply(() => take(api.POST('/api/v1/sessions/{id}/wait', here())))
    send({ type: 'checked' })
  }
  /** One click for an officer: walks in first if need be. */
  async function admit(participantId: string) {
    if (session.value?.me.state === 'acknowledged') await wait()
    await apply(() => take(api.POST('/api/v1/sessions/{id}/participants/{pid}/admit', { params: { path: { id: session.value?.id ?? '', pid: participantId } } })))
  }
  /** Notes that something was checked of the people, or takes that back. */
  async function check(key: string, done: boolean) {
    const params = { path: { id: session.value?.id ?? '', key } }
    await apply(() => take(api.PUT('/api/v1/sessions/{id}/checks/{key}', { params, body: { done } })))
  }
  async function decline(reason: string) {
    await take(api.POST('/api/v1/sessions/{id}/decline', { ...here(), body: { reason } }))
    send({ type: 'declined' })
  }
  async function leave() {
    const id = here()
    // media stops at once, whether or not the program can be told
    send({ type: 'left' })
    await take(api.POST('/api/v1/sessions/{id}/leave', id))
  }
  async function end() {
    await apply(() => take(api.POST('/api/v1/sessions/{id}/end', here())))
  }

  // ---- devices ----
  const makeStream = () => new MediaStream()
  const held = useDevices((kind, track) => call?.setTrack(kind, track))
  const { devices, picture, sound, speakerId, local, startDevices, stopDevices } = held

  // ---- the call ----
  const playing = shallowRef<Playing[]>([])
  const quality = shallowRef<Verdict>({ quality: 'good', advice: null })
  /** Why the program takes nothing of ours, if it does not. */
  const refusal = shallowRef<ApiError | null>(null)
  let call: Call | null = null

  async function startCall() {
    refusal.value = null
    await Promise.race([startDevices(), new Promise((resolve) => setTimeout(resolve, DEVICES_BEFORE_JOINING_MS))])
    const now = session.value
    if (call || !now || !wantsMedia(state.value)) return
    call = new Call({
      fetch: (...request) => fetch(...request),
      makePeer: () => new RTCPeerConnection({ iceServers: now.media.ice_servers, bundlePolicy: 'max-bundle' }),
      makeStream,
      token: keepToken(() => take(api.POST('/api/v1/sessions/{id}/token', here()))),
    }, {
      media: (media) => send({ type: 'media', media }),
      refused: (problem) => {
        refusal.value = problem
        if (problem.code === 'taken_over') send({ type: 'elsewhere' })
      },
      playing: (list) => (playing.value = list),
      quality: (verdict) => (quality.value = verdict),
    })
    call.start(now, local.tracks)
  }
  function stopCall() {
    call?.stop(session.value?.state === 'ended')
    call = null
    send({ type: 'media', media: 'idle' })
  }
  /** Takes the call back from another window, or tries anew what was refused. */
  function takeBack() {
    stopCall()
    send({ type: 'here' })
    if (!call && wantsMedia(state.value)) void startCall()
  }

  watch(() => wantsMedia(state.value), (wants) => (wants ? void startCall() : stopCall()))
  watch(session, (now) => now && call?.update(now))
  watch(online, (back) => back && call?.nudge())
  watch(phase, (now, before) => {
    if (before === 'waiting' && now === 'joining') void chime(speakerId.value).catch(() => {})
    if (now !== 'left' && now !== 'ended' && now !== 'elsewhere') return
    stopDevices()
    if (now === 'ended') events.value?.close()
  })

  // what the others see of our devices; only the latest counts
  const mine = computed(() => ({
    microphone: !!devices.value?.microphone.on && !!sound.value,
    // one that the system holds back shows nothing either
    camera: !!devices.value?.camera.on && !!picture.value && !devices.value.camera.silent,
  }))
  const toTell = computed(() => (wantsMedia(state.value) ? `${mine.value.microphone}|${mine.value.camera}` : ''))
  watch(toTell, (now) => {
    if (!now) return
    // it is told again with the next change; a lost one must not disturb the call
    take(api.PUT('/api/v1/sessions/{id}/media-state', { ...here(), body: { ...mine.value } })).catch(() => {})
  })

  // ---- the page goes and comes ----
  const onHide = () => call?.stop()
  const onShow = (event: PageTransitionEvent) => event.persisted && location.reload()
  addEventListener('pagehide', onHide)
  addEventListener('pageshow', onShow)
  onBeforeUnmount(() => {
    removeEventListener('pagehide', onHide)
    removeEventListener('pageshow', onShow)
    events.value?.close()
    stopCall()
  })

  // ---- an officer walks in ----
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
    taken.value = { who: contained(person.name), by: contained(colleague.name) }
    wanted = ''
  })
  const walking = useAct(async () => {
    if (session.value?.me.state === 'acknowledged') await wait()
    const who = wanted
    wanted = ''
    if (session.value?.people.some((one) => one.id === who && one.state === 'waiting')) await admit(who)
    if (who) together.value = contained(inside()?.name ?? '')
  })
  const enterToo = () => (taken.value = null)
  /** Nothing is asked between the notice and the call. */
  const straightIn = computed(() => isOfficer.value && (!!wanted || devicesChecked()))
  // devices that were looked at once are not looked at again before each of a day's meetings
  const walksIn = computed(() => {
    const me = session.value?.me
    if (me?.role !== 'officer' || state.value.out || walking.problem.value || taken.value) return false
    return me.state === 'acknowledged' ? !!wanted || devicesChecked() : me.state === 'admitted' && !!wanted
  })
  watch(walksIn, (now) => now && void walking.run(), { flush: 'post' })
  async function checked() {
    noteDevicesChecked()
    await wait()
  }

  const { elsewhere, nextUp } = useElsewhere(isOfficer, session)
  void enter()
  return {
    bookingId, state, phase, session, booking, isOfficer, problem, stale, stopping, enter, acknowledge, wait, admit,
    decline, leave, end, recheck: () => send({ type: 'recheck' }), devices, local, picture, sound, speakerId,
    startDevices, playing, quality, held, check, checked, walking, taken, together, enterToo, walksIn, straightIn, elsewhere, nextUp, refusal, takeBack,
  }
}

export type Room = ReturnType<typeof useRoom>
