import { afterEach, describe, expect, it } from 'vitest'
import { session } from '../../../call/fakes'
import { FakeProgram, endScopes, later, refused, settled, within } from './fakes'
import { useSnapshots } from './snapshots'
import { useSteps } from './steps'

afterEach(endScopes)

async function open(at: ReturnType<typeof session>) {
  const program = new FakeProgram()
  program.now = at
  const room = within(() => useSnapshots('booking', program.calls))
  await room.enter()
  return { program, room, steps: useSteps(room, program.calls) }
}

describe('the steps of a session', () => {
  it('acknowledge the version of the notice that the session asks for', async () => {
    const { program, room, steps } = await open(session('waiting', 'entered', { notice_version: 7 }))
    program.now = session('waiting', 'acknowledged')
    await steps.acknowledge()
    expect(program.calls.acknowledge).toHaveBeenCalledWith('session', 7)
    expect(room.phase.value).toBe('check')
  })

  it('go back to the devices from the waiting room and return, with the place kept', async () => {
    const { room, steps } = await open(session('waiting', 'waiting'))
    steps.recheck()
    expect(room.phase.value).toBe('check')
    await steps.wait()
    expect(room.phase.value).toBe('waiting')
  })

  it('walk an officer in before letting somebody in, and only then', async () => {
    const { program, steps } = await open(session('waiting', 'acknowledged'))
    program.calls.wait.mockImplementation(async () => (program.now = session('waiting', 'admitted')))
    await steps.admit('lin')
    await steps.admit('gao')
    expect(program.calls.wait).toHaveBeenCalledTimes(1)
    expect(program.calls.admit.mock.calls).toEqual([['session', 'lin'], ['session', 'gao']])
  })

  it('leave at once, whether or not the program can be told', async () => {
    const { program, room, steps } = await open(session('open', 'admitted'))
    const told = later<undefined>()
    program.calls.leave.mockReturnValueOnce(told.promise)
    const left = steps.leave()
    expect(room.phase.value).toBe('left')
    told.fail(refused('no_connection', 0))
    await expect(left).rejects.toMatchObject({ code: 'no_connection' })
    expect(room.phase.value).toBe('left')
  })

  it('stay where one is when declining is refused', async () => {
    const { program, room, steps } = await open(session('waiting', 'entered'))
    program.calls.decline.mockRejectedValueOnce(refused('no_connection', 0))
    await expect(steps.decline('why')).rejects.toBeTruthy()
    expect(room.phase.value).toBe('notice')
    await steps.decline('why')
    expect(room.state.value.out).toBe('declined')
  })

  it('end for everybody by the answer', async () => {
    const { program, room, steps } = await open(session('open', 'admitted'))
    program.now = session('ended', 'left')
    await steps.end()
    await settled()
    expect(room.phase.value).toBe('ended')
  })

  it('pause the recording, let it go on, and note why something is not recorded, by the answer', async () => {
    const { program, room, steps } = await open(session('open', 'admitted'))
    program.now = session('open', 'admitted', { recording_state: 'paused' })
    await steps.pauseRecording('private papers')
    expect(room.session.value?.recording_state).toBe('paused')
    program.now = session('open', 'admitted', { recording_state: 'on' })
    await steps.resumeRecording()
    expect(room.session.value?.recording_state).toBe('on')
    await steps.noteUnrecorded('only numbers are compared')
    expect(program.calls.pauseRecording).toHaveBeenCalledWith('session', 'private papers')
    expect(program.calls.noteUnrecorded).toHaveBeenCalledWith('session', 'only numbers are compared')
  })

  it('note a check, and take it back', async () => {
    const { program, steps } = await open(session('open', 'admitted'))
    await steps.check('identity', true)
    await steps.check('identity', false)
    expect(program.calls.check.mock.calls).toEqual([['session', 'identity', true], ['session', 'identity', false]])
  })
})
