import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/problem'
import { FakePeer, FakeStream, FakeTrack, fakeProgram } from './fakes'
import type { LinkPorts, LinkState } from './link'
import { keepToken } from './token'
import { Player } from './whep'
import { Publisher } from './whip'

beforeEach(() => {
  vi.useFakeTimers()
  FakePeer.all = []
})
afterEach(() => vi.useRealTimers())

function ports(program: ReturnType<typeof fakeProgram>, token = vi.fn(async (fresh: boolean) => (fresh ? 'new' : 'old'))) {
  const made: LinkPorts = { fetch: program.fetch, makePeer: () => new FakePeer() as unknown as RTCPeerConnection, token }
  return { made, token }
}

function publish(program: ReturnType<typeof fakeProgram>) {
  const states: LinkState[] = []
  const tracks = { audio: new FakeTrack('audio'), video: null } as unknown as ConstructorParameters<typeof Publisher>[2]
  const publisher = new Publisher(ports(program).made, 'session', tracks, (state) => states.push(state))
  publisher.open()
  return { publisher, states }
}
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

describe('publishing', () => {
  it('sends both lines in one offer with the bearer token', async () => {
    const program = fakeProgram()
    publish(program)
    await settle()
    expect(FakePeer.last.lines.map(({ kind, direction }) => [kind, direction])).toEqual([['audio', 'sendonly'], ['video', 'sendonly']])
    expect(program.calls).toEqual([{ method: 'POST', url: '/api/v1/whip/session/camera', bearer: 'Bearer old', keepalive: false }])
    expect(FakePeer.last.answer).toBe('answer')
  })

  it('takes a camera that is switched on later without a new connection', async () => {
    const program = fakeProgram()
    const { publisher } = publish(program)
    await settle()
    const camera = new FakeTrack('video') as unknown as MediaStreamTrack
    publisher.setTrack('video', camera)
    expect(FakePeer.last.lines[1]?.replaceTrack).toHaveBeenCalledWith(camera)
    expect(program.calls).toHaveLength(1)
  })

  it('asks for a new token when the old one is refused', async () => {
    const program = fakeProgram(401)
    publish(program)
    await settle(600)
    expect(program.calls.map(({ bearer }) => bearer)).toEqual(['Bearer old', 'Bearer new'])
  })

  it('tries again with growing pauses', async () => {
    const program = fakeProgram(503, 503, 503)
    publish(program)
    await settle(499)
    expect(program.calls).toHaveLength(1)
    await settle(1)
    expect(program.calls).toHaveLength(2)
    await settle(999)
    expect(program.calls).toHaveLength(2)
    await settle(1)
    expect(program.calls).toHaveLength(3)
  })

  it('tells a refusal for good once, with its words, and posts no more', async () => {
    for (const [status, code] of [[422, 'bad_sdp'], [409, 'taken_over'], [403, 'not_admitted'], [404, 'not_found']] as const) {
      const program = fakeProgram({ status, code, title: 'Not like this.' })
      const refusals: string[] = []
      const states: LinkState[] = []
      const tracks = { audio: null, video: null }
      const publisher = new Publisher(ports(program).made, 'session', tracks, (state) => states.push(state), ({ title }) => refusals.push(title))
      publisher.open()
      await settle(60_000)
      publisher.nudge()
      await settle(60_000)
      expect(program.calls.filter(({ method }) => method === 'POST'), code).toHaveLength(1)
      expect(refusals).toEqual(['Not like this.'])
      expect(states).toEqual(['connecting', 'refused'])
    }
  })

  it('waits as long as the program asks for', async () => {
    const program = fakeProgram({ status: 429, code: 'too_many_offers', retryAfter: '5' })
    publish(program)
    await settle(4_900)
    expect(program.calls).toHaveLength(1)
    await settle(200)
    expect(program.calls).toHaveLength(2)
  })

  it('gives up when a new token is no good either', async () => {
    const program = fakeProgram({ status: 401, code: 'bad_token' }, { status: 401, code: 'bad_token' })
    const { states } = publish(program)
    await settle(60_000)
    expect(program.calls).toHaveLength(2)
    expect(states.at(-1)).toBe('refused')
  })

  it('rests when there is no token any more', async () => {
    const program = fakeProgram()
    const states: LinkState[] = []
    const token = vi.fn(async () => Promise.reject(new ApiError({ code: 'not_signed_in', status: 401 })))
    const publisher = new Publisher(ports(program, token).made, 'session', { audio: null, video: null }, (state) => states.push(state))
    publisher.open()
    await settle(60_000)
    expect(token).toHaveBeenCalledTimes(1)
    expect(states.at(-1)).toBe('refused')
  })

  it('names its window, the same one after a break and another one for another publisher', async () => {
    const program = fakeProgram(503)
    publish(program)
    await settle(1_000)
    publish(program)
    await settle()
    const [first, again, other] = program.pages
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('opens anew at once when the program said good-bye', async () => {
    const program = fakeProgram()
    publish(program)
    await settle()
    FakePeer.last.become('connected')
    FakePeer.last.transport.state = 'closed'
    FakePeer.last.transport.onstatechange?.()
    await settle(600)
    expect(program.calls.filter(({ method }) => method === 'POST')).toHaveLength(2)
  })

  /** A line that has stood, on a program that says this to restarts. */
  async function standing(...answers: (number | 'no line')[]) {
    const program = fakeProgram()
    program.restarts.answers = answers
    const published = publish(program)
    await settle()
    FakePeer.last.become('connected')
    return { ...published, program, methods: () => program.calls.map(({ method }) => method) }
  }

  it('says that it is lost, and goes on with the same resource when a restart is taken', async () => {
    const { states, program, methods } = await standing(200)
    const peer = FakePeer.last
    peer.answer = 'a=ice-ufrag:old\r\na=mid:0'
    peer.become('disconnected')
    expect(states).toEqual(['connecting', 'connected', 'lost'])
    await settle(2_100)
    expect(program.calls.at(-1)).toMatchObject({ method: 'PATCH', url: '/api/v1/whip/resources/1', bearer: 'Bearer old' })
    expect(program.restarts.asked).toEqual([{ match: '*', kind: 'application/trickle-ice-sdpfrag', body: 'a=ice-ufrag:again2\r\na=ice-pwd:word\r\nm=audio\r\na=mid:0\r\n' }])
    expect(peer.answer).toBe('a=ice-ufrag:theirs\r\na=mid:0')
    peer.become('connected')
    await settle(60_000)
    expect([methods(), FakePeer.all.length, states.at(-1)]).toEqual([['POST', 'PATCH'], 1, 'connected'])
  })

  it('publishes anew when a restart is refused, or brings nothing', async () => {
    for (const [answer, within] of [[404, 2_700], [412, 2_700], [428, 2_700], [429, 2_700], [503, 2_700], [200, 7_700]] as const) {
      FakePeer.all = []
      const { states, methods, publisher } = await standing(answer)
      const first = FakePeer.last
      first.become('disconnected')
      await settle(within - 800)
      if (answer === 200) expect(first.closed).toBe(false)
      await settle(800)
      expect(first.closed).toBe(true)
      expect(methods(), String(answer)).toEqual(['POST', 'PATCH', 'DELETE', 'POST'])
      FakePeer.last.become('connected')
      expect(states.at(-1)).toBe('connected')
      publisher.close()
    }
  })

  it('asks again while there is no line at all, and is asked to when it is back', async () => {
    const { program, methods, publisher } = await standing('no line', 'no line', 200)
    FakePeer.last.become('failed')
    await settle(1_100)
    expect(program.restarts.asked).toHaveLength(2)
    publisher.nudge()
    await settle()
    FakePeer.last.become('connected')
    await settle(60_000)
    expect(methods()).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH'])
    // each one with credentials of its own: the program may have heard the one before
    expect(new Set(program.restarts.asked.map(({ body }) => body)).size).toBe(3)
  })

  it('restarts in another network and when nothing comes back, without saying that it is lost', async () => {
    for (const tell of ['moved', 'unheard'] as const) {
      FakePeer.all = []
      const { states, methods, publisher } = await standing(200)
      publisher[tell]()
      expect(publisher.restarting).toBe(true)
      await settle(60_000)
      expect([methods(), states.at(-1), publisher.restarting]).toEqual([['POST', 'PATCH'], 'connected', false])
    }
  })

  it('has nothing to restart before it stood and after it was closed', async () => {
    const program = fakeProgram()
    const { publisher } = publish(program)
    await settle()
    publisher.unheard()
    FakePeer.last.become('failed')
    await settle()
    publisher.close()
    publisher.moved()
    publisher.unheard()
    await settle(60_000)
    expect(program.restarts.asked).toEqual([])
  })

  it('takes no answer to a restart of a line that is closed or made anew', async () => {
    const { program, publisher, methods } = await standing(404)
    publisher.moved()
    publisher.reopen()
    await settle(5_000)
    FakePeer.last.become('connected')
    await settle(60_000)
    expect(methods().filter((method) => method === 'POST')).toHaveLength(2)
    expect(program.restarts.asked.length).toBeLessThanOrEqual(1)
  })

  it('stays when the hiccup mends', async () => {
    const { methods } = await standing(200)
    FakePeer.last.become('disconnected')
    await settle(1_900)
    FakePeer.last.become('connected')
    await settle(10_000)
    expect([methods(), FakePeer.all.length]).toEqual([['POST'], 1])
  })

  it('gives up on a connection that never comes to stand', async () => {
    const program = fakeProgram()
    publish(program)
    await settle(13_000)
    expect(program.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST'])
  })

  it('deletes its resource for good with a request that outlives the page', async () => {
    const program = fakeProgram()
    const { publisher, states } = publish(program)
    await settle()
    publisher.close()
    publisher.close()
    await settle(20_000)
    expect(program.calls.slice(1)).toEqual([{ method: 'DELETE', url: '/api/v1/whip/resources/1', bearer: 'Bearer old', keepalive: true }])
    expect(FakePeer.last.closed).toBe(true)
    expect(states.at(-1)).toBe('closed')
  })

  it('deletes a resource whose answer comes after it was closed', async () => {
    const program = fakeProgram()
    const { publisher } = publish(program)
    await Promise.resolve()
    publisher.close()
    await settle(20_000)
    expect(program.calls.filter(({ method }) => method === 'POST').length - program.calls.filter(({ method }) => method === 'DELETE').length).toBe(0)
  })

  it('does not sit out a pause when the line is back', async () => {
    const program = fakeProgram(503, 503, 503, 503)
    const { publisher } = publish(program)
    await settle(4_000)
    const before = program.calls.length
    publisher.nudge()
    await settle()
    expect(program.calls).toHaveLength(before + 1)
  })
})

describe('playing', () => {
  function play(program: ReturnType<typeof fakeProgram>) {
    const stream = new FakeStream()
    const player = new Player(ports(program).made, 'publication', () => stream as unknown as MediaStream, () => {})
    player.open()
    return { player, stream }
  }

  it('puts a new track in the place of the old one, in the same stream', async () => {
    const { stream } = play(fakeProgram())
    const [one, other] = [new FakeTrack('video'), new FakeTrack('video')]
    await settle()
    FakePeer.last.ontrack?.({ track: one })
    FakePeer.last.ontrack?.({ track: other })
    expect(stream.getTracks()).toEqual([other])
  })

  it('opens anew when nothing comes through any more', async () => {
    const program = fakeProgram()
    const { player } = play(program)
    await settle()
    FakePeer.last.become('connected')
    player.sawBytes(100, true)
    for (let second = 0; second < 5; second++) player.sawBytes(100, true)
    expect(FakePeer.all).toHaveLength(1)
    player.sawBytes(100, true)
    await settle()
    expect(FakePeer.all).toHaveLength(2)
    expect(program.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST'])
  })

  it('is patient with somebody whose microphone and camera are off', async () => {
    const { player } = play(fakeProgram())
    await settle()
    FakePeer.last.become('connected')
    for (let second = 0; second < 60; second++) player.sawBytes(100, false)
    expect(FakePeer.all).toHaveLength(1)
  })
})

describe('a token', () => {
  it('is asked for once, again before its end, and when it was refused', async () => {
    let now = 0
    let asked = 0
    const take = keepToken(async () => ({ token: `t${++asked}`, expires_at: new Date(now + 600_000).toISOString() }), () => now)
    expect(await take(false)).toBe('t1')
    expect(await take(false)).toBe('t1')
    now = 580_000
    expect(await take(false)).toBe('t2')
    expect(await take(true)).toBe('t3')
  })

  it('is asked for again after a failure', async () => {
    let fails = true
    const take = keepToken(async () => {
      if (fails) throw new Error('no line')
      return { token: 't', expires_at: '2100-01-01T00:00:00Z' }
    })
    await expect(take(false)).rejects.toThrow()
    fails = false
    expect(await take(false)).toBe('t')
  })
})
