import { afterEach, describe, expect, it, vi } from 'vitest'
import { session } from '../../../call/fakes'
import { FakeProgram, endScopes, later, refused, settled, within } from './fakes'
import { useSnapshots } from './snapshots'

afterEach(endScopes)

function open(program = new FakeProgram()) {
  const resumed = vi.fn()
  const room = within(() => useSnapshots('booking', program.calls, resumed))
  return { program, room, resumed }
}

describe('the snapshots of a session', () => {
  it('begin with the answer to entering, and follow the stream', async () => {
    const { program, room } = open()
    expect(room.phase.value).toBe('loading')
    await room.enter()
    expect(room.phase.value).toBe('notice')
    expect(program.stream.path).toBe('session')
    program.tell(session('waiting', 'waiting'))
    expect(room.phase.value).toBe('waiting')
  })

  it('know the booking after entering, asked for once', async () => {
    const { program, room } = open()
    await room.enter()
    await settled()
    expect(room.booking.value?.id).toBe('booking')
    await room.enter()
    expect(program.calls.booking).toHaveBeenCalledTimes(1)
  })

  it('open one stream, however often one enters', async () => {
    const { program, room } = open()
    await room.enter()
    await room.enter()
    expect(program.streams.map(({ closed }) => closed)).toEqual([true, false])
  })

  it('say why one cannot enter, and forget it with the next try', async () => {
    const { program, room } = open()
    program.calls.enter.mockRejectedValueOnce(refused('session_not_open'))
    await room.enter()
    expect(room.problem.value?.code).toBe('session_not_open')
    await room.enter()
    expect(room.problem.value).toBeNull()
  })

  it('take a session that is over for its end, not for a problem', async () => {
    const { program, room } = open()
    program.calls.enter.mockRejectedValueOnce(refused('session_ended'))
    await room.enter()
    expect([room.phase.value, room.problem.value]).toEqual(['ended', null])
  })

  it('ask again when the stream spoke while a step was answered, so that the newest stands', async () => {
    const { program, room } = open()
    await room.enter()
    const answer = later<ReturnType<typeof session>>()
    const step = room.apply(() => answer.promise)
    program.tell(session('open', 'admitted'))
    answer.settle(session('waiting', 'waiting'))
    await step
    expect(program.calls.session).toHaveBeenCalledTimes(1)
    expect(room.phase.value).toBe('joining')
  })

  it('ask no more than three times while the stream goes on speaking', async () => {
    const { program, room } = open()
    await room.enter()
    program.calls.session.mockImplementation(async () => {
      program.tell(session('open', 'admitted'))
      return program.now
    })
    await room.apply(async () => {
      program.tell(session('open', 'admitted'))
      return program.now
    })
    expect(program.calls.session).toHaveBeenCalledTimes(3)
  })

  it('take whom the program put out back in by themselves', async () => {
    const { program, room, resumed } = open()
    await room.enter()
    program.calls.enter.mockResolvedValueOnce(session('open', 'admitted'))
    program.stream.handlers.session(session('open', 'left', { resumes: true }))
    await settled()
    expect(program.calls.enter).toHaveBeenCalledTimes(2)
    expect(room.phase.value).toBe('joining')
    expect(resumed).toHaveBeenCalledTimes(1)
  })

  it('show what was told when the program does not take one back', async () => {
    const { program, room, resumed } = open()
    await room.enter()
    program.calls.enter.mockRejectedValueOnce(refused('session_ended'))
    program.stream.handlers.session(session('open', 'left', { resumes: true }))
    await settled()
    expect(room.phase.value).toBe('left')
    expect(resumed).not.toHaveBeenCalled()
  })

  it('do not go back in for somebody who left', async () => {
    const { program, room } = open()
    await room.enter()
    room.send({ type: 'left' })
    program.stream.handlers.session(session('open', 'left', { resumes: true }))
    await settled()
    expect(program.calls.enter).toHaveBeenCalledTimes(1)
  })

  it('say that the program starts anew until the next snapshot', async () => {
    const { program, room } = open()
    await room.enter()
    program.stream.handlers.stopping()
    expect(room.stopping.value).toBe(true)
    program.tell(session('waiting', 'waiting'))
    expect(room.stopping.value).toBe(false)
  })

  it('are stale while the line is lost', async () => {
    const { program, room } = open()
    await room.enter()
    expect(room.stale.value).toBe(false)
    program.stream.live.value = 'lost'
    expect(room.stale.value).toBe(true)
    program.stream.live.value = 'live'
    expect(room.stale.value).toBe(false)
  })

  it.each([[401, true], [404, true], [503, false], [0, false]])('find out why a stream was refused: %s is a problem: %s', async (status, told) => {
    const { program, room } = open()
    await room.enter()
    program.calls.session.mockRejectedValueOnce(refused('not_found', status))
    program.stream.handlers.refused()
    await settled()
    expect(!!room.problem.value).toBe(told)
  })

  it('close the stream at the end, and when the page goes', async () => {
    const { program, room } = open()
    await room.enter()
    program.tell(session('ended', 'left'))
    await settled()
    expect(program.stream.closed).toBe(true)
    await room.enter()
    expect(program.stream.closed).toBe(false)
    endScopes()
    expect(program.stream.closed).toBe(true)
  })
})
