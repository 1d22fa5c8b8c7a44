// The call of a room: begun when the program lets us in, ended when we are out, in line with its snapshots meanwhile.
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { ApiError } from '../../../api/problem'
import type { Session } from '../../../api/types'
import { Call, type Playing } from '../../../call/call'
import { wantsMedia } from '../../../call/machine'
import type { Verdict } from '../../../call/quality'
import type { Shared } from '../../../call/share'
import type { LineReport } from '../../../call/tally'
import { keepToken, type Token } from '../../../call/token'
import type { Kind, Tracks } from '../../../call/whip'
import type { Snapshots } from './snapshots'

/** After a reload the camera may have to be asked for first; the others must not wait for that. */
const DEVICES_BEFORE_JOINING_MS = 3_000

export interface MediaPorts {
  fetch: typeof fetch
  makePeer: (servers: Session['media']['ice_servers']) => RTCPeerConnection
  makeStream: () => MediaStream
  token: (sessionId: string) => Promise<Token>
  /** Tells the program how our lines were. */
  tellLine: (sessionId: string, report: LineReport) => Promise<unknown>
  online: Ref<boolean>
  /** Calls back when the machine has slept or the page was away. */
  onWake: (callback: () => void) => void
  /** Calls back when the machine may be in another network. */
  onOtherNetwork: (callback: () => void) => void
}

/** Our own side of it: what is sent, once it is there. */
export interface OwnDevices {
  start: () => Promise<void>
  tracks: () => Tracks
  /** What is shown besides the face. */
  shared: () => Shared | null
}

export function useMedia({ state, session, send }: Pick<Snapshots, 'state' | 'session' | 'send'>, own: OwnDevices, ports: MediaPorts) {
  const playing = shallowRef<Playing[]>([])
  /** Nothing is said of a line before it was measured. */
  const quality = shallowRef<Verdict | null>(null)
  /** Why the program takes nothing of ours, if it does not. */
  const refusal = shallowRef<ApiError | null>(null)
  /** Why it takes nothing of what is shown besides. */
  const shareRefusal = shallowRef<ApiError | null>(null)
  let pictures = true
  let call: Call | null = null

  async function start() {
    refusal.value = null
    await Promise.race([own.start(), new Promise((resolve) => setTimeout(resolve, DEVICES_BEFORE_JOINING_MS))])
    const now = session.value
    if (call || !now || !wantsMedia(state.value)) return
    call = new Call({
      fetch: ports.fetch,
      makePeer: () => ports.makePeer(now.media.ice_servers),
      makeStream: ports.makeStream,
      token: keepToken(() => ports.token(now.id)),
    }, {
      media: (media) => send({ type: 'media', media }),
      refused: (problem) => {
        refusal.value = problem
        if (problem.is<'whip_publish'>('taken_over')) send({ type: 'elsewhere' })
      },
      shareRefused: (problem) => (shareRefusal.value = problem),
      playing: (list) => (playing.value = list),
      quality: (verdict) => (quality.value = verdict),
      // one that is lost is half a minute of which nothing is known; nobody waits for it
      line: (report) => void ports.tellLine(now.id, report).catch(() => {}),
    })
    call.setAudioOnly(!pictures)
    call.start(now, own.tracks(), own.shared())
  }

  function stop() {
    call?.stop(session.value?.state === 'ended')
    call = null
    quality.value = null
    send({ type: 'media', media: 'idle' })
  }

  /** Takes the call back from another window, or tries anew what was refused. */
  function takeBack() {
    stop()
    send({ type: 'here' })
    if (!call && wantsMedia(state.value)) void start()
  }

  watch(() => wantsMedia(state.value), (wants) => (wants ? void start() : stop()))
  watch(session, (now) => now && call?.update(now))
  watch(ports.online, (back) => back && call?.nudge())
  ports.onWake(() => call?.wake())
  ports.onOtherNetwork(() => call?.moved())
  onScopeDispose(stop)

  return {
    playing, quality, refusal, shareRefusal, takeBack,
    setTrack: (kind: Kind, track: MediaStreamTrack | null) => call?.setTrack(kind, track),
    share(shared: Shared | null) {
      shareRefusal.value = null
      call?.share(shared)
    },
    /** Whether others' pictures are asked for, now and in what begins later. */
    receive(wanted: boolean) {
      pictures = wanted
      call?.setAudioOnly(!wanted)
    },
    /** The line is back: whoever waits to try again does so now. */
    nudge: () => call?.nudge(),
    /** The page is going: what must still be sent is sent now. */
    hangUp: () => call?.stop(),
  }
}
