import { ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakePeer, FakeStream, FakeTrack, fakeProgram, session, type FakeRefusal } from '../../../call/fakes'
import { FakeProgram, endScopes, later, within } from './fakes'
import { useMedia } from './media'
import { useSnapshots } from './snapshots'

beforeEach(() => {
  vi.useFakeTimers()
  FakePeer.all = []
})
afterEach(() => {
  endScopes()
  vi.useRealTimers()
})

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const inside = session('open', 'admitted')
const publication = { id: 'one', participant_id: 'officer', source: 'camera', live: true, audio: 'flowing', video: 'flowing', recording: 'on', audio_recording: 'on', video_recording: 'on' } as const

async function open(at: ReturnType<typeof session>, { start = async () => {}, answers = [] as (number | FakeRefusal)[] } = {}) {
  const program = new FakeProgram()
  program.now = at
  const net = fakeProgram(...answers)
  const online = ref(true)
  const tracks = { audio: new FakeTrack('audio') as unknown as MediaStreamTrack, video: null }
  const starts = vi.fn(start)
  let wakes = () => {}
  let moves = () => {}
  const { room, media } = within(() => {
    const room = useSnapshots('booking', program.calls)
    const media = useMedia(room, { start: starts, tracks: () => ({ ...tracks }), shared: () => null }, {
      fetch: net.fetch,
      makePeer: () => new FakePeer() as unknown as RTCPeerConnection,
      makeStream: () => new FakeStream() as unknown as MediaStream,
      token: program.calls.token,
      tellLine: program.calls.tellLine,
      online,
      onWake: (callback) => (wakes = callback),
      onOtherNetwork: (callback) => (moves = callback),
    })
    return { room, media }
  })
  await room.enter()
  await settle()
  const posts = () => net.calls.filter(({ method }) => method === 'POST').map(({ url }) => url)
  const gone = () => net.calls.filter(({ method }) => method === 'DELETE').length
  return { program, net, online, room, media, starts, posts, gone, wake: () => wakes(), move: () => moves() }
}

describe('the media of a room', () => {
  it('begins when one is let in, with the devices, and not before', async () => {
    const { program, room, posts, starts } = await open(session('waiting', 'waiting'))
    expect([posts(), starts.mock.calls.length]).toEqual([[], 0])
    program.tell(inside)
    await settle()
    expect(starts).toHaveBeenCalledTimes(1)
    expect(posts()).toEqual(['/api/v1/whip/session/camera'])
    FakePeer.last.become('connected')
    expect(room.phase.value).toBe('in-call')
  })

  it('does not keep the others waiting for a camera that is not given', async () => {
    const { posts } = await open(inside, { start: () => new Promise(() => {}) })
    await settle(2_900)
    expect(posts()).toEqual([])
    await settle(200)
    expect(posts()).toHaveLength(1)
  })

  it('does not begin for somebody who is out before the devices are there', async () => {
    const given = later<undefined>()
    const { room, posts } = await open(inside, { start: () => given.promise })
    room.send({ type: 'left' })
    given.settle(undefined)
    await settle(5_000)
    expect(posts()).toEqual([])
  })

  it('plays what the snapshots say, as they come', async () => {
    const { program, media, posts } = await open(inside)
    program.tell(session('open', 'admitted', { publications: [publication] }))
    await settle()
    expect(posts()).toContain('/api/v1/whep/one')
    expect(media.playing.value.map(({ participantId }) => participantId)).toEqual(['officer'])
    program.tell(inside)
    await settle()
    expect(media.playing.value).toEqual([])
  })

  it('ends with a goodbye when one leaves, and without one when the program has ended it', async () => {
    const leaving = await open(inside)
    leaving.room.send({ type: 'left' })
    await settle()
    expect(leaving.gone()).toBe(1)
    const ending = await open(inside)
    ending.program.tell(session('ended', 'left'))
    await settle()
    expect(ending.gone()).toBe(0)
    expect(FakePeer.all.every(({ closed }) => closed)).toBe(true)
  })

  it('ends when the page goes', async () => {
    const { gone } = await open(inside)
    endScopes()
    expect(gone()).toBe(1)
  })

  it('hangs up for a page that is being put away', async () => {
    const { media, net } = await open(inside)
    media.hangUp()
    expect(net.calls.filter(({ method, keepalive }) => method === 'DELETE' && keepalive)).toHaveLength(1)
  })

  it('rests in a window whose call another window took, and takes it back', async () => {
    const { room, media, posts } = await open(inside, { answers: [{ status: 409, code: 'taken_over', title: 'elsewhere' }] })
    expect(room.phase.value).toBe('elsewhere')
    expect(media.refusal.value?.code).toBe('taken_over')
    await settle(60_000)
    expect(posts()).toHaveLength(1)
    media.takeBack()
    await settle()
    expect(posts()).toHaveLength(2)
    expect([room.phase.value, media.refusal.value]).toEqual(['joining', null])
  })

  it('shows what the program refuses for good, and tries anew when asked', async () => {
    const { room, media, posts } = await open(inside, { answers: [{ status: 403, code: 'not_admitted' }] })
    expect([room.state.value.media, media.refusal.value?.code]).toEqual(['refused', 'not_admitted'])
    media.takeBack()
    await settle()
    expect(posts()).toHaveLength(2)
    expect(media.refusal.value).toBeNull()
  })

  it('tries at once when the line is back', async () => {
    const { online, posts } = await open(inside, { answers: [503, 503, 503] })
    await settle(1_600)
    const before = posts().length
    online.value = false
    await settle()
    online.value = true
    await settle()
    expect(posts().length).toBe(before + 1)
  })

  it('tries at once when the machine has slept', async () => {
    const { wake, posts } = await open(inside, { answers: [503, 503, 503] })
    await settle(1_600)
    const before = posts().length
    wake()
    await settle()
    expect(posts().length).toBe(before + 1)
  })

  it('says nothing of a line before it was measured, nor after it has ended', async () => {
    const { media, room } = await open(inside)
    expect(media.quality.value).toBeNull()
    FakePeer.last.become('connected')
    await settle(1_000)
    expect(media.quality.value?.quality).toBe('good')
    room.send({ type: 'left' })
    await settle()
    expect(media.quality.value).toBeNull()
  })

  it('keeps to sound alone when the call begins anew', async () => {
    const { media, program } = await open(inside)
    media.receive(false)
    program.tell(session('waiting', 'waiting'))
    await settle()
    program.tell(session('open', 'admitted', { publications: [publication] }))
    await settle()
    const player = FakePeer.all.find(({ closed, lines }) => !closed && lines[0]?.direction === 'recvonly')
    expect(player?.lines.map(({ kind }) => kind)).toEqual(['audio'])
  })

  it('puts a track that changes on the running line', async () => {
    const { media } = await open(inside)
    const track = new FakeTrack('video') as unknown as MediaStreamTrack
    media.setTrack('video', track)
    expect(FakePeer.last.lines.find(({ kind }) => kind === 'video')?.replaceTrack).toHaveBeenCalledWith(track)
  })
})
