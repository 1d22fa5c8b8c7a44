import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Call, type CallEvents, type Playing } from './call'
import { LocalMedia, problemOf, type DeviceState } from './devices'
import { FakePeer, FakeStream, FakeTrack, fakeProgram, session } from './fakes'
import { SteadyQuality, judge, sampleOf, type Sample } from './quality'
import { loudness } from './sound'

beforeEach(() => {
  vi.useFakeTimers()
  FakePeer.all = []
})
afterEach(() => vi.useRealTimers())

const publication = (id: string, live = true, participant_id = 'officer') => ({ id, participant_id, source: 'camera' as const, live, audio: 'flowing' as const, video: 'flowing' as const, recording: 'on' as const, audio_recording: 'on' as const, video_recording: 'on' as const })
const inside = (...publications: ReturnType<typeof publication>[]) => session('open', 'admitted', { publications })

describe('a call', () => {
  function begin() {
    const program = fakeProgram()
    let playing: Playing[] = []
    const events: CallEvents = { media: vi.fn(), refused: vi.fn(), playing: (now) => (playing = now), quality: vi.fn() }
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
  const fine: Sample = { loss: 0, roundTripMs: 40, slowMachine: false, frozen: false }

  it('is judged with advice', () => {
    expect(judge(fine)).toEqual({ quality: 'good', advice: null })
    expect(judge({ ...fine, loss: 0.05 })).toEqual({ quality: 'fair', advice: 'near_router' })
    expect(judge({ ...fine, loss: 0.2 })).toEqual({ quality: 'poor', advice: 'camera_off' })
    expect(judge({ ...fine, roundTripMs: 900 }).quality).toBe('poor')
    expect(judge({ ...fine, slowMachine: true }).advice).toBe('other_programs')
  })

  it('does not flicker', () => {
    const steady = new SteadyQuality()
    const bad = { ...fine, loss: 0.2 }
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
    expect(sampleOf(report(50, 100), before).loss).toBe(0)
    expect(sampleOf(report(60, 190), before)).toMatchObject({ loss: 0.1, roundTripMs: 50 })
  })
})

describe('the level of the microphone', () => {
  it('goes from nothing to full', () => {
    expect(loudness([0, 0])).toBe(0)
    expect(loudness([1, -1])).toBe(1)
    expect(loudness([0.05, -0.05])).toBeGreaterThan(0.4)
  })
})
