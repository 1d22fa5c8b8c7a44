// One WHIP or WHEP resource and its peer connection: opened by a single POST (no trickle), mended by an ICE restart
// (mend.ts) where that helps and else opened again with growing pauses whenever it breaks, deleted when it is no longer
// needed. What flows through it is said by `prepare`. A refusal that trying again cannot change is told once, with the
// program's words, and then it rests.
import { ApiError } from '../api/problem'
import { STEADY, answerAfter, fragmentOf, isRestarting, mend, type MendEvent, type Mending } from './mend'

export type LinkState = 'connecting' | 'connected' | 'lost' | 'refused' | 'closed'

/** The outside world of a link; tests bring their own. */
export interface LinkPorts {
  fetch: typeof fetch
  makePeer: () => RTCPeerConnection
  /** The bearer token; `fresh` when the program refused the last one. */
  token: (fresh: boolean) => Promise<string>
}

export interface LinkOptions {
  url: string
  prepare: (peer: RTCPeerConnection) => void
  onState: (state: LinkState) => void
  /** Before the state `refused` is told. */
  onRefused?: (refusal: ApiError) => void
  /** Sent along with the offer. */
  headers?: Record<string, string>
  /** Before the offer is made, e.g. to take what arrives; again for every new connection. */
  onPeer?: (peer: RTCPeerConnection) => void
}

const GATHER_MS = 1_000
const CONNECT_MS = 12_000
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000]
/** What a moment may change: no place at the moment, nothing there yet. Everything else in 4xx stays as it is. */
const PASSES = [401, 408, 429]

export class Link {
  state: LinkState = 'connecting'
  peer: RTCPeerConnection | null = null
  private resource: string | null = null
  private bearer = ''
  private turn = 0
  private restarts = 0
  /** What is done about its breaks, once it has stood. */
  private mending: Mending | null = null
  private failures = 0
  private wasConnected = false
  private staleToken = false
  /** The last answer was that the token is no good. */
  private freshRefused = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly ports: LinkPorts, private readonly options: LinkOptions) {}

  open() {
    void this.attempt()
  }

  /** A new connection in place of the old one, now. */
  reopen() {
    if (this.state === 'closed' || this.state === 'refused') return
    this.drop()
    void this.attempt()
  }

  /** The line is back: do not sit out the pause. */
  nudge() {
    if (this.state !== 'connecting' && this.state !== 'lost') return
    if (this.mending) this.hear('moved')
    else this.reopen()
  }

  /** This machine is in another network; what waits does so no longer, what stands may soon do so no more. */
  moved() {
    if (this.state === 'connected') this.hear('moved')
    else this.nudge()
  }

  /** Nothing comes back any more, whatever the browser says. */
  unheard() {
    this.hear('silent')
  }

  /** A restart is under way. */
  get restarting(): boolean {
    return !!this.mending && isRestarting(this.mending)
  }

  /**
   * For good. `gone`: the program has ended the resource itself, there is nothing to delete. Otherwise the request
   * must outlive the page: `fetch` with keepalive.
   */
  close(gone = false) {
    if (this.state === 'closed') return
    if (gone) this.resource = null
    this.drop(true)
    this.enter('closed')
  }

  private enter(state: LinkState) {
    if (this.state === state && state !== 'connecting') return
    this.state = state
    if (state === 'connected') {
      this.wasConnected = true
      this.freshRefused = false
      this.failures = 0
    }
    this.options.onState(state)
  }

  private async attempt() {
    const turn = ++this.turn
    const late = () => turn !== this.turn
    this.enter(this.wasConnected ? 'lost' : 'connecting')
    const peer = this.ports.makePeer()
    this.peer = peer
    try {
      this.options.prepare(peer)
      this.options.onPeer?.(peer)
      peer.onconnectionstatechange = () => !late() && this.follow(peer)
      await peer.setLocalDescription(await peer.createOffer())
      await gathered(peer)
      const bearer = await this.ports.token(this.staleToken)
      if (late()) return
      this.staleToken = false
      const answer = await this.ports.fetch(this.options.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${bearer}`, ...this.options.headers },
        body: peer.localDescription?.sdp ?? '',
      })
      if (answer.status !== 201) return await this.refused(answer, late)
      const resource = answer.headers.get('Location')
      if (late()) {
        if (resource) this.remove(resource, bearer)
        return
      }
      this.resource = resource
      this.bearer = bearer
      const sdp = await answer.text()
      if (late()) return
      clearTimeout(this.timer)
      this.timer = setTimeout(() => !late() && this.state !== 'connected' && this.fail(), CONNECT_MS)
      await peer.setRemoteDescription({ type: 'answer', sdp })
      this.hearGoodbye(peer, late)
    } catch (caught) {
      // The token is asked for like everything else, and may be refused for good: whoever is signed out gets none.
      if (!late() && caught instanceof ApiError && (isForGood(caught) || caught.status === 401)) return this.rest(caught)
      // whatever else it was (no line, an answer nobody understands): only trying again helps
      if (!late()) this.fail()
      else peer.close()
    }
  }

  private async refused(answer: Response, late: () => boolean) {
    const problem = ApiError.from(answer, await answer.json().catch(() => null))
    if (late()) return
    // An old token is worth one more try with a new one, and no more.
    const again = answer.status === 401 ? !this.freshRefused : !isForGood(problem)
    if (!again) return this.rest(problem)
    this.staleToken = this.freshRefused = answer.status === 401
    this.fail(Number(answer.headers.get('Retry-After') ?? 0) * 1_000)
  }

  private rest(refusal: ApiError) {
    this.drop()
    this.options.onRefused?.(refusal)
    this.enter('refused')
  }

  private follow(peer: RTCPeerConnection) {
    const state = peer.connectionState
    if (state === 'connected') {
      clearTimeout(this.timer)
      this.mending ??= STEADY
      this.enter('connected')
      this.hear('connected')
    } else if (state === 'disconnected' || state === 'failed') {
      if (!this.mending) return this.fail()
      this.enter('lost')
      this.hear(state)
    }
  }

  private hear(event: MendEvent) {
    if (!this.mending) return
    const now = performance.now()
    const [mending, act] = mend(this.mending, event, now)
    this.mending = mending
    clearTimeout(this.timer)
    if (mending.due !== null) this.timer = setTimeout(() => this.hear('due'), mending.due - now)
    if (act === 'restart') void this.restart()
    if (act === 'anew') this.fail()
  }

  /** New credentials for the same connection (RFC 9725, 4.3). */
  private async restart() {
    const { peer, resource, turn } = this
    const mine = ++this.restarts
    const late = () => turn !== this.turn || mine !== this.restarts
    if (!peer || !resource) return this.hear('gone')
    try {
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }))
      const bearer = await this.ports.token(false)
      if (late()) return
      const answer = await this.ports.fetch(resource, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', Authorization: `Bearer ${bearer}`, 'If-Match': '*' },
        body: fragmentOf(peer.localDescription?.sdp ?? ''),
      })
      if (late()) return
      if (answer.status !== 200) return this.hear(answer.status === 404 ? 'gone' : 'refused')
      const fragment = await answer.text()
      if (late()) return
      this.bearer = bearer
      await peer.setRemoteDescription({ type: 'answer', sdp: answerAfter(peer.remoteDescription?.sdp ?? '', fragment) })
      if (!late()) this.hear('taken')
    } catch {
      if (!late()) this.hear('unreached')
    }
  }

  /** The program closed the connection by itself: no hiccup of the network, and nothing to wait for. */
  private hearGoodbye(peer: RTCPeerConnection, late: () => boolean) {
    const transport = [...(peer.getSenders?.() ?? []), ...(peer.getReceivers?.() ?? [])].find((one) => one.transport)?.transport
    if (!transport) return
    transport.onstatechange = () => !late() && transport.state === 'closed' && this.fail()
  }

  private fail(atLeastMs = 0) {
    this.drop()
    if (this.wasConnected) this.enter('lost')
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)] ?? 0
    this.failures += 1
    this.timer = setTimeout(() => void this.attempt(), Math.max(pause, atLeastMs))
  }

  private drop(forGood = false) {
    this.turn += 1
    this.mending = null
    clearTimeout(this.timer)
    if (this.peer) this.peer.onconnectionstatechange = null
    this.peer?.close()
    this.peer = null
    if (this.resource) this.remove(this.resource, this.bearer, forGood)
    this.resource = null
  }

  private remove(resource: string, bearer: string, keepalive = false) {
    // a resource that is not there any more is as good as deleted
    this.ports.fetch(resource, { method: 'DELETE', headers: { Authorization: `Bearer ${bearer}` }, keepalive }).catch(() => {})
  }
}

function isForGood(problem: ApiError): boolean {
  const { status } = problem
  return status >= 400 && status < 500 && !PASSES.includes(status) && !problem.is<'whep_play'>('nothing_published')
}

/** All candidates are in the offer, or enough time has passed: one direct candidate is enough for a server. */
export function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS)
    peer.addEventListener('icegatheringstatechange', () => {
      if (peer.iceGatheringState !== 'complete') return
      clearTimeout(timer)
      resolve()
    })
  })
}
