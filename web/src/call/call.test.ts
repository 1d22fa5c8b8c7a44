import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Call, type CallEvents, type Playing } from './call'
import { LocalMedia, problemOf, type DeviceState } from './devices'
import { FakePeer, FakeStream, FakeTrack, fakeProgram, session, type FakeRefusal } from './fakes'
import { SteadyQuality, heard, judge, sampleOf, type Sample } from './quality'
import { loudness } from './sound'

beforeEach(() => {
  vi.useFakeTimers()
  FakePeer.all = []
})
afterEach(() => vi.useRealTimers())

const publication = (id: string, live = true, participant_id = 'officer') => ({ id, participant_id, source: 'camera' as const, live, audio: 'flowing' as const, video: 'flowing' as const, recording: 'on' as const, audio_recording: 'on' as const, video_recording: 'on' as const })
const inside = (...publications: ReturnType<typeof publication>[]) => session('open', 'admitted', { publications })

describe('a call', () => {
  function begin(...answers: (number | FakeRefusal)[]) {
    const program = fakeProgram(...answers)
    let playing: Playing[] = []
    const events: CallEvents = { media: vi.fn(), refused: vi.fn(), shareRefused: vi.fn(), playing: (now) => (playing = now), quality: vi.fn(), line: vi.fn() }
    const call = new Call({
      fetch: program.fetch,
      token: async () => 't',
      makePeer: () => new FakePeer() as unknown as RTCPeerConnection,
      makeStream: () => new FakeStream() as unknown as MediaStream,
    }, events)
    return { call, program, events, playing: () => playing }
  }
  const posts = (program: ReturnType<typeof fakeProgram>) => program.calls.filter(({ method }) => method === 'POST').map(({ url }) => url)
  const tracks = { audio: null, video: null }

  it('publishes and plays what is live, but not itself', async () => {
    const { call, program, playing } = begin()
    call.start(inside(publication('one'), publication('two', false), publication('mine', true, 'guest')), tracks)
    await vi.advanceTimersByTimeAsync(0)
    expect(posts(program)).toEqual(['/api/v1/whep/one', '/api/v1/whip/session/camera'])
    expect(playing().map(({ publicationId }) => publicationId)).toEqual(['one'])
    call.stop()
  })

  it('tells every half minute how its lines were, and once more at the end', async () => {
    const { call, events } = begin()
    call.start(inside(), tracks)
    await vi.advanceTimersByTimeAsync(0)
    FakePeer.last.become('connected')
    FakePeer.last.getStats = async () => new Map([['P', { type: 'candidate-pair', id: 'P', nominated: true, state: 'succeeded', bytesReceived: performance.now(), currentRoundTripTime: 0.05 }]])
    await vi.advanceTimersByTimeAsync(29_000)
    expect(events.line).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(events.line).toHaveBeenCalledTimes(1)
    expect(events.line).toHaveBeenLastCalledWith(expect.objectContaining({ seconds: 30, down_seconds: 0, round_trip_ms: 50, path: 'udp' }))
    FakePeer.last.become('failed')
    await vi.advanceTimersByTimeAsync(6_000)
    call.stop()
    expect(events.line).toHaveBeenCalledTimes(2)
    const { down_seconds, path } = vi.mocked(events.line).mock.lastCall![0]
    expect([down_seconds >= 5, path]).toEqual([true, 'udp'])
    // nothing more after the end
    await vi.advanceTimersByTimeAsync(60_000)
    expect(events.line).toHaveBeenCalledTimes(2)
  })

  it('plays a publication anew when it ended and is back', async () => {
    const { call, program, playing } = begin()
    call.start(inside(publication('one')), tracks)
    await vi.advanceTimersByTimeAsync(0)
    call.update(inside(publication('one', false)))
    expect(playing()).toEqual([])
    call.update(inside(publication('one')))
    await vi.advanceTimersByTimeAsync(0)
    expect(posts(program).filter((url) => url.includes('whep'))).toHaveLength(2)
    // the program has ended the first one itself
    expect(program.calls.filter(({ method }) => method === 'DELETE')).toHaveLength(0)
    call.stop()
  })

  it('shows a screen on a line of its own without sound, another thing in its place, and nothing any more', async () => {
    const { call, program } = begin()
    call.start(inside(), tracks)
    await vi.advanceTimersByTimeAsync(0)
    const track = new FakeTrack('video') as unknown as MediaStreamTrack
    call.share({ source: 'screen', track })
    await vi.advanceTimersByTimeAsync(0)
    expect(posts(program).at(-1)).toBe('/api/v1/whip/session/screen')
    const screen = FakePeer.last
    expect(screen.lines.map(({ kind, track }) => [kind, track])).toEqual([['video', track]])
    call.share({ source: 'document', track })
    await vi.advanceTimersByTimeAsync(0)
    expect([posts(program).at(-1), screen.closed]).toEqual(['/api/v1/whip/session/document', true])
    call.share(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(program.calls.filter(({ method }) => method === 'DELETE')).toHaveLength(2)
    call.stop()
  })

  it('shows again what is shown when it begins anew, and goes on without what is refused', async () => {
    const { call, program, events } = begin({ status: 403, code: 'not_admitted' })
    call.start(inside(), tracks, { source: 'screen', track: new FakeTrack('video') as unknown as MediaStreamTrack })
    await vi.advanceTimersByTimeAsync(0)
    // the first line to ask is the camera's
    expect(posts(program)).toEqual(['/api/v1/whip/session/camera', '/api/v1/whip/session/screen'])
    expect([events.refused, events.shareRefused].map((told) => vi.mocked(told).mock.calls.length)).toEqual([1, 0])
    call.stop()
    const other = begin(201, { status: 403, code: 'not_admitted' })
    other.call.start(inside(), tracks, { source: 'screen', track: new FakeTrack('video') as unknown as MediaStreamTrack })
    await vi.advanceTimersByTimeAsync(0)
    expect([other.events.refused, other.events.shareRefused].map((told) => vi.mocked(told).mock.calls.length)).toEqual([0, 1])
    other.call.stop()
  })

  it('asks for sound alone where that is wanted, and for nothing that is only seen', async () => {
    const { call, program } = begin()
    const screen = { ...publication('screen'), source: 'screen' as const }
    const told = session('open', 'admitted', { publications: [publication('face'), screen] })
    call.start(told, tracks)
    await vi.advanceTimersByTimeAsync(0)
    call.setAudioOnly(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(posts(program).slice(3)).toEqual(['/api/v1/whep/face'])
    expect(FakePeer.last.lines.map(({ kind }) => kind)).toEqual(['audio'])
    // the old line of the face and that of the screen, which goes on without us
    expect(program.calls.filter(({ method }) => method === 'DELETE')).toHaveLength(2)
    call.update(session('open', 'admitted', { publications: [publication('face'), screen, publication('other')] }))
    await vi.advanceTimersByTimeAsync(0)
    expect(FakePeer.last.lines.map(({ kind }) => kind)).toEqual(['audio'])
    call.setAudioOnly(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(posts(program).slice(5).sort()).toEqual(['/api/v1/whep/face', '/api/v1/whep/other', '/api/v1/whep/screen'])
    call.stop()
  })

  /** A line on which something comes back every second, until it does so no more. */
  async function lively(...answers: number[]) {
    FakePeer.all = []
    const { call, program, events } = begin()
    program.restarts.answers = answers
    call.start(inside(), tracks)
    await vi.advanceTimersByTimeAsync(0)
    const peer = FakePeer.last
    peer.become('connected')
    let bytes = 100
    peer.getStats = async () => new Map([['t', { type: 'transport', id: 't', bytesReceived: bytes }]])
    const pass = async (seconds: number, comes: boolean) => {
      for (let second = 0; second < seconds; second++) {
        if (comes) bytes += 10
        await vi.advanceTimersByTimeAsync(1_000)
      }
    }
    await pass(12, true)
    const quality = () => vi.mocked(events.quality).mock.lastCall?.[0].quality
    expect([posts(program).length, quality()]).toEqual([1, 'good'])
    return { call, program, pass, quality }
  }

  it('opens a line anew on which nothing comes back and no restart is taken, sooner after a sleep, and says meanwhile that it is down', async () => {
    const answers = async (sleeps: boolean, seconds: number) => {
      const { call, program, pass, quality } = await lively(429)
      if (sleeps) call.wake()
      await pass(seconds, false)
      const result = [posts(program).length, quality()]
      call.stop()
      return result
    }
    expect(await answers(false, 4)).toEqual([1, 'good'])
    expect(await answers(false, 6)).toEqual([1, 'down'])
    expect(await answers(false, 8)).toEqual([2, 'down'])
    expect(await answers(true, 2)).toEqual([2, 'down'])
  })

  it('restarts all lines as soon as nothing comes back, once, and only where something always came', async () => {
    const { call, program, pass } = await lively(200)
    call.update(inside(publication('one')))
    await pass(1, true)
    const player = FakePeer.last
    player.become('connected')
    await pass(2, true)
    await pass(2, false)
    expect(program.calls.filter(({ method }) => method === 'PATCH').map(({ url }) => url)).toEqual(['/api/v1/whip/resources/1', '/api/v1/whip/resources/2'])
    // seldom words, from now on
    for (let time = 0; time < 4; time++) {
      await pass(1, true)
      await pass(3, false)
    }
    expect(program.restarts.asked).toHaveLength(2)
    expect(posts(program)[0]).toBe('/api/v1/whip/session/camera')
    call.stop()
  })

  it('does not cut a restart short, and opens the line anew when it brings nothing', async () => {
    const { call, program, pass } = await lively(200)
    await pass(2, false)
    call.wake()
    await pass(3, false)
    expect([program.restarts.asked.length, posts(program).length]).toEqual([1, 1])
    await pass(4, false)
    expect(posts(program).length).toBe(2)
    call.stop()
  })

  it('restarts all lines in another network', async () => {
    const { call, program } = await lively(200)
    call.moved()
    await vi.advanceTimersByTimeAsync(0)
    expect(program.restarts.asked).toHaveLength(1)
    call.stop()
  })

  it('says of somebody who is not received that they are not, and not of one who sends nothing', async () => {
    const verdict = async (microphone: boolean) => {
      FakePeer.all = []
      const { call, events } = begin()
      const told = inside(publication('one'))
      call.start({ ...told, people: told.people.map((one) => ({ ...one, microphone, camera: false })) }, tracks)
      await vi.advanceTimersByTimeAsync(0)
      for (const peer of FakePeer.all) if (peer.lines[0]?.direction === 'sendonly') peer.become('connected')
      await vi.advanceTimersByTimeAsync(6_000)
      call.stop()
      return vi.mocked(events.quality).mock.lastCall?.[0].wrong
    }
    expect(await verdict(true)).toBe('not_received')
    expect(await verdict(false)).toBeNull()
  })

  it('closes everything when it stops', async () => {
    const { call, program } = begin()
    call.start(inside(publication('one')), tracks)
    await vi.advanceTimersByTimeAsync(0)
    call.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(program.calls.filter(({ method, keepalive }) => method === 'DELETE' && keepalive)).toHaveLength(2)
    expect(FakePeer.all.every(({ closed }) => closed)).toBe(true)
    expect(posts(program)).toHaveLength(2)
  })
})

describe('the devices', () => {
  function devices(getUserMedia: (want: MediaStreamConstraints) => Promise<unknown>, listed: Partial<MediaDeviceInfo>[] = [], chosen = {}) {
    let state: DeviceState | undefined
    const lines: [string, boolean][] = []
    const local = new LocalMedia(
      {
        devices: { getUserMedia, enumerateDevices: async () => listed } as unknown as MediaDevices,
        makeStream: () => new FakeStream() as unknown as MediaStream,
      },
      (now) => (state = now),
      (kind, track) => lines.push([kind, !!track]),
      chosen,
    )
    return { local, lines, state: () => state! }
  }
  const named = (name: string) => Object.assign(new Error(name), { name })
  const given = async (want: MediaStreamConstraints) =>
    new FakeStream([want.audio && new FakeTrack('audio'), want.video && new FakeTrack('video')].filter((one) => !!one))

  it('take part with sound alone when the camera is denied', async () => {
    const { local, state } = devices(async (want) => {
      if (want.video) throw named('NotAllowedError')
      return given(want)
    })
    await local.start()
    expect(state().camera.problem).toBe('denied')
    expect(state().microphone.problem).toBeNull()
    expect(local.ready).toBe(true)
  })

  it('mute without letting the microphone go, and let the camera really go', async () => {
    const { local, lines } = devices(given)
    await local.start()
    const { audio, video } = local.tracks as unknown as Record<string, FakeTrack>
    local.setMicrophone(false)
    expect([audio?.enabled, audio?.stopped]).toEqual([false, false])
    await local.setCamera(false)
    expect(video?.stopped).toBe(true)
    expect(lines.at(-1)).toEqual(['video', false])
    await local.setCamera(true)
    expect(lines.at(-1)).toEqual(['video', true])
  })

  it('stay muted when another microphone is chosen', async () => {
    const { local } = devices(given)
    await local.start()
    local.setMicrophone(false)
    await local.choose('audio', 'other')
    expect(local.tracks.audio?.enabled).toBe(false)
  })

  describe('of which the chosen one cannot be used', () => {
    /** Which devices were asked for, exactly or as the system likes (*); those in `refuses` are refused. */
    function choosing(refuses: Record<string, string>, chosen = {}) {
      const asked: string[] = []
      const made = devices(async (want) => {
        const kind = want.audio ? 'audio' : 'video'
        const wanted = (want[kind] as MediaTrackConstraints).deviceId as ConstrainDOMStringParameters | undefined
        const id = (wanted?.exact as string | undefined) ?? '*'
        asked.push(`${id} ${kind}`)
        const why = refuses[`${id} ${kind}`] ?? refuses[id]
        if (why) throw named(why)
        const tracks = (['audio', 'video'] as const).filter((one) => want[one]).map((one) => new FakeTrack(one, id === '*' ? `${one}-1` : id))
        for (const track of tracks) track.label = `name of ${track.getSettings().deviceId}`
        return new FakeStream(tracks)
      }, [], chosen)
      return { ...made, asked }
    }

    it.each([
      // chosen, why not, what is asked for, which one is used
      ['audio', 'gone', 'NotFoundError', 'missing'],
      ['audio', 'gone', 'OverconstrainedError', 'missing'],
      ['audio', 'taken', 'NotReadableError', 'busy'],
      ['video', 'taken', 'NotReadableError', 'busy'],
      ['video', 'closed', 'NotAllowedError', 'denied'],
    ] as const)('%s: use the one from before, and say why: %s, %s', async (kind, id, name, refused) => {
      const { local, lines, state, asked } = choosing({ [id]: name })
      await local.start()
      asked.length = 0
      await local.choose(kind, id)
      expect(asked).toEqual([`${id} ${kind}`, `${kind}-1 ${kind}`])
      expect(state()[kind === 'audio' ? 'microphone' : 'camera']).toMatchObject({ problem: null, refused, id: `${kind}-1`, label: `name of ${kind}-1`, on: true })
      expect(lines.at(-1)).toEqual([kind, true])
      // what is chosen next is no longer about that one
      await local.choose(kind, 'other')
      expect(state()[kind === 'audio' ? 'microphone' : 'camera']).toMatchObject({ problem: null, refused: null, id: 'other' })
    })

    it('stay muted on the microphone from before', async () => {
      const { local, state } = choosing({ gone: 'NotFoundError' })
      await local.start()
      local.setMicrophone(false)
      await local.choose('audio', 'gone')
      expect([local.tracks.audio?.enabled, state().microphone.on]).toEqual([false, false])
    })

    it('use the microphone that the system likes when the one from before is gone too, but no other camera', async () => {
      for (const [kind, name] of [['audio', 'microphone'], ['video', 'camera']] as const) {
        const refuses: Record<string, string> = { gone: 'NotReadableError' }
        const { local, state, asked } = choosing(refuses)
        await local.start()
        refuses[`${kind}-1`] = 'NotFoundError'
        asked.length = 0
        await local.choose(kind, 'gone')
        if (kind === 'audio') {
          expect(asked).toEqual(['gone audio', 'audio-1 audio', '* audio'])
          expect(state()[name]).toMatchObject({ problem: null, refused: 'busy' })
        } else {
          expect(asked).toEqual(['gone video', 'video-1 video'])
          expect(state()[name]).toMatchObject({ problem: 'busy', refused: null })
        }
      }
    })

    it('use the camera that the system likes when there was none before', async () => {
      let works = false
      const { local, state } = devices((want) => {
        const { exact } = ((want.video as MediaTrackConstraints | undefined)?.deviceId ?? {}) as ConstrainDOMStringParameters
        if (exact) return Promise.reject(named('NotFoundError'))
        return works ? given(want) : Promise.reject(named('NotReadableError'))
      })
      await local.start()
      expect(state().camera.problem).toBe('busy')
      works = true
      await local.choose('video', 'gone')
      expect(state().camera).toMatchObject({ problem: null, refused: 'missing', id: 'video-1' })
    })

    it('say why when nothing can be used at all', async () => {
      const refuses: Record<string, string> = {}
      const { local, state } = choosing(refuses)
      await local.start()
      Object.assign(refuses, { 'gone': 'NotReadableError', 'audio-1': 'NotFoundError', '*': 'NotFoundError' })
      await local.choose('audio', 'gone')
      expect(state().microphone).toMatchObject({ problem: 'busy', refused: null })
      expect(local.tracks.audio).toBeNull()
    })

    it('leave what was chosen or switched off meanwhile', async () => {
      let refuse: (why: Error) => void = () => {}
      const { local, state } = devices((want) => {
        const wanted = (want.video as MediaTrackConstraints).deviceId as ConstrainDOMStringParameters | undefined
        if (wanted?.exact === 'slow') return new Promise((_, reject) => (refuse = reject))
        return Promise.resolve(new FakeStream([new FakeTrack('video', (wanted?.exact as string | undefined) ?? 'video-1')]))
      })
      await local.start()
      const slow = local.choose('video', 'slow')
      await local.choose('video', 'other')
      refuse(named('NotReadableError'))
      await slow
      expect(state().camera).toMatchObject({ problem: null, refused: null, id: 'other' })
      const again = local.choose('video', 'slow')
      await local.setCamera(false)
      refuse(named('NotReadableError'))
      await again
      expect([local.tracks.video, state().camera.on, state().camera.refused]).toEqual([null, false, null])
    })

    it('turn to the other side the next time too when it cannot be shown', async () => {
      const sides: unknown[] = []
      let open = true
      const { local, state } = devices(async (want) => {
        const video = want.video as MediaTrackConstraints | undefined
        const side = (video?.facingMode as ConstrainDOMStringParameters | undefined)?.ideal
        if (side) sides.push(side)
        if (side === 'environment' && !open) throw named('NotReadableError')
        return given(want)
      })
      await local.start()
      open = false
      await local.flip()
      expect(state().camera).toMatchObject({ problem: null, refused: 'busy' })
      await local.flip()
      expect(sides.slice(1)).toEqual(['environment', 'environment'])
    })
  })

  it('give back a camera that is granted after leaving', async () => {
    let grant: (stream: unknown) => void = () => {}
    const { local } = devices(() => new Promise((resolve) => (grant = resolve)))
    const started = local.start()
    local.stop()
    const late = new FakeTrack('video')
    grant(new FakeStream([late]))
    await started
    expect(late.stopped).toBe(true)
    expect(local.ready).toBe(false)
  })

  it('take the next microphone when one is pulled out, stay muted, and name it', async () => {
    const listed = ['audio-1', 'audio-2'].map((deviceId) => ({ kind: 'audioinput' as const, deviceId }))
    const { local, lines, state } = devices(async (want) => {
      const exact = ((want.audio as MediaTrackConstraints)?.deviceId as ConstrainDOMStringParameters | undefined)?.exact
      const track = new FakeTrack('audio', (exact as string) ?? 'audio-1')
      track.label = exact ? 'Built-in' : 'Headset'
      return new FakeStream(want.video ? [track, new FakeTrack('video')] : [track])
    }, listed)
    await local.start()
    local.setMicrophone(false)
    ;(local.tracks.audio as unknown as FakeTrack).onended?.()
    expect(state().microphone.problem).toBe('missing')
    await vi.advanceTimersByTimeAsync(0)
    expect(state().microphone).toMatchObject({ problem: null, label: 'Built-in', id: 'audio-2', took: true, on: false })
    expect(local.tracks.audio?.enabled).toBe(false)
    expect(lines.slice(-2)).toEqual([['audio', false], ['audio', true]])
  })

  it('take the next microphone when one is off the list, though its track says nothing', async () => {
    const all = [{ kind: 'audioinput' as const, deviceId: 'audio-1' }, { kind: 'audioinput' as const, deviceId: 'audio-2' }]
    const { local, state } = devices(async (want) => {
      const exact = ((want.audio as MediaTrackConstraints)?.deviceId as ConstrainDOMStringParameters | undefined)?.exact
      return new FakeStream([new FakeTrack('audio', (exact as string) ?? 'audio-1'), ...(want.video ? [new FakeTrack('video')] : [])])
    }, all)
    await local.start()
    const flat = local.tracks.audio as unknown as FakeTrack
    await local.list()
    expect(flat.stopped).toBe(false)
    all.shift()
    await local.list()
    expect([flat.stopped, state().microphone.id, state().microphone.took]).toEqual([true, 'audio-2', true])
  })

  it('do not take another camera for one that was pulled out', async () => {
    const asked = vi.fn(given)
    const { local, state } = devices(asked, [{ kind: 'videoinput', deviceId: 'video-1' }, { kind: 'videoinput', deviceId: 'video-2' }])
    await local.start()
    ;(local.tracks.video as unknown as FakeTrack).onended?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(state().camera.problem).toBe('missing')
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it('say that a camera is held back, and that it is back', async () => {
    const { local, state } = devices(given)
    await local.start()
    const camera = local.tracks.video as unknown as FakeTrack
    camera.muted = true
    camera.onmute?.()
    expect(state().camera.silent).toBe(true)
    camera.muted = false
    camera.onunmute?.()
    expect(state().camera.silent).toBe(false)
  })

  it('are asked for as they were chosen the last time', async () => {
    const asked = vi.fn(given)
    const { local } = devices(asked, [], { microphone: 'audio-2', camera: 'video-2' })
    await local.start()
    expect(asked).toHaveBeenCalledWith({
      audio: expect.objectContaining({ deviceId: { ideal: 'audio-2' } }),
      video: expect.objectContaining({ deviceId: { ideal: 'video-2' } }),
    })
  })

  it('say why, in one of five ways', () => {
    const names = ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'NotSupportedError', 'Other']
    expect(names.map((name) => problemOf(named(name)))).toEqual(['denied', 'missing', 'busy', 'unsupported', 'failed'])
  })
})

describe('the quality', () => {
  const fine: Sample = { lossUp: 0, lossDown: 0, roundTripMs: 40, slowMachine: false, frozen: false, deaf: 0, notReceived: false }

  it('is judged with advice', () => {
    expect(judge(fine)).toEqual({ quality: 'good', wrong: null, advice: null })
    expect(judge({ ...fine, lossUp: 0.05 })).toEqual({ quality: 'fair', wrong: 'loss_up', advice: 'near_router' })
    expect(judge({ ...fine, lossDown: 0.2 })).toEqual({ quality: 'poor', wrong: 'loss_down', advice: 'audio_only' })
    expect(judge({ ...fine, roundTripMs: 900 })).toEqual({ quality: 'poor', wrong: 'delay', advice: 'near_router' })
    expect(judge({ ...fine, frozen: true }).wrong).toBe('halts')
    expect(judge({ ...fine, slowMachine: true }).advice).toBe('other_programs')
    expect(judge({ ...fine, notReceived: true }).wrong).toBe('not_received')
  })

  it('is never good while nothing comes back, and is so at once', () => {
    const steady = new SteadyQuality()
    for (const deaf of [Infinity, 5]) expect(judge({ ...fine, deaf })).toEqual({ quality: 'down', wrong: 'line', advice: 'wait' })
    expect(steady.add({ ...fine, deaf: 5 }).quality).toBe('down')
    for (const _ of [1, 2, 3]) expect(steady.add(fine).quality).toBe('down')
    expect(steady.add(fine).quality).toBe('good')
  })

  it('tells another reason when that is as bad', () => {
    const steady = new SteadyQuality()
    for (const _ of [1, 2]) steady.add({ ...fine, lossUp: 0.2 })
    expect(steady.add({ ...fine, frozen: true })).toMatchObject({ quality: 'poor', wrong: 'halts' })
  })

  it('counts what comes back by whatever the browser counts', () => {
    expect(heard([
      { type: 'transport', id: 't', bytesReceived: 10 },
      { type: 'candidate-pair', id: 'c', responsesReceived: 2, requestsReceived: 1 },
      { type: 'outbound-rtp', id: 'o', bytesSent: 5 },
    ])).toBe(13)
  })

  it('does not flicker', () => {
    const steady = new SteadyQuality()
    const bad = { ...fine, lossUp: 0.2 }
    expect(steady.add(bad).quality).toBe('good')
    expect(steady.add(fine).quality).toBe('good')
    steady.add(bad)
    expect(steady.add(bad).quality).toBe('poor')
    for (const _ of [1, 2, 3]) expect(steady.add(fine).quality).toBe('poor')
    expect(steady.add(fine).quality).toBe('good')
  })

  it('reads loss from what has come since the last time', () => {
    const before = new Map()
    const report = (lost: number, received: number) =>
      [{ type: 'inbound-rtp', id: 'a', packetsLost: lost, packetsReceived: received }, { type: 'remote-inbound-rtp', id: 'b', roundTripTime: 0.05, fractionLost: 0 }]
    expect(sampleOf(report(50, 100), before)).toMatchObject({ lossUp: 0, lossDown: null })
    expect(sampleOf(report(60, 190), before)).toMatchObject({ lossUp: 0, lossDown: 0.1, roundTripMs: 50 })
  })
})

describe('the level of the microphone', () => {
  it('goes from nothing to full', () => {
    expect(loudness([0, 0])).toBe(0)
    expect(loudness([1, -1])).toBe(1)
    expect(loudness([0.05, -0.05])).toBeGreaterThan(0.4)
  })
})
