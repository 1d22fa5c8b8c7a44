import { computed } from 'vue'
import { afterEach, describe, expect, it } from 'vitest'
import type { Session } from '../../../api/types'
import { guest, officer, session } from '../../../call/fakes'
import { FakeProgram, endScopes, refused, settled, within } from './fakes'
import { useSnapshots } from './snapshots'
import { useSteps } from './steps'
import { useWalkingIn } from './walkingIn'

afterEach(endScopes)

type State = Session['me']['state']
const lin = (state: State) => ({ ...guest, id: 'lin', state, me: false })
const me = (state: State) => ({ ...officer, id: 'me', me: true, state })
/** A session as an officer sees it: oneself, Lin, and a colleague who may be inside. */
const seen = (mine: State, guests: State, colleague: State = 'entered', more: Partial<Session> = {}) =>
  session('open', mine, { me: me(mine), people: [me(mine), lin(guests), { ...officer, name: 'Zhou', state: colleague }], ...more })

async function open(at: Session, { admits = '', checked = false } = {}) {
  const program = new FakeProgram()
  program.now = at
  program.calls.wait.mockImplementation(async () => (program.now = { ...program.now, me: me('admitted') }))
  const { room, walkingIn } = within(() => {
    const room = useSnapshots('booking', program.calls)
    const isOfficer = computed(() => room.session.value?.me.role === 'officer')
    return { room, walkingIn: useWalkingIn(room, isOfficer, { ...useSteps(room, program.calls), devicesChecked: () => checked }, admits) }
  })
  await room.enter()
  await settled()
  return { program, room, walkingIn }
}

describe('an officer', () => {
  it('looks at the devices before the first meeting, and is asked nothing before the next ones', async () => {
    const first = await open(seen('acknowledged', 'waiting'))
    expect([first.room.phase.value, first.walkingIn.walksIn.value, first.program.calls.wait.mock.calls.length]).toEqual(['check', false, 0])
    const next = await open(seen('acknowledged', 'waiting'), { checked: true })
    expect(next.program.calls.wait).toHaveBeenCalledTimes(1)
    expect(next.program.calls.admit).not.toHaveBeenCalled()
  })

  it('lets in whom they came for as soon as the notice is acknowledged', async () => {
    const { program, walkingIn } = await open(seen('entered', 'waiting'), { admits: 'lin' })
    expect(program.calls.wait).not.toHaveBeenCalled()
    expect(walkingIn.straightIn.value).toBe(true)
    program.tell(seen('acknowledged', 'waiting'))
    await settled()
    expect(program.calls.wait).toHaveBeenCalledTimes(1)
    expect(program.calls.admit.mock.calls).toEqual([['session', 'lin']])
  })

  it('who is inside already lets in at once, and once', async () => {
    const { program } = await open(seen('admitted', 'waiting'), { admits: 'lin' })
    expect(program.calls.admit).toHaveBeenCalledTimes(1)
    program.tell(seen('admitted', 'waiting'))
    await settled()
    expect(program.calls.admit).toHaveBeenCalledTimes(1)
  })

  it('whose colleague was quicker is told, and goes in only when asked', async () => {
    const { program, walkingIn } = await open(seen('acknowledged', 'admitted', 'admitted'), { admits: 'lin', checked: true })
    expect(walkingIn.taken.value?.who).toContain('Lin')
    expect(walkingIn.taken.value?.by).toContain('Zhou')
    expect(program.calls.wait).not.toHaveBeenCalled()
    walkingIn.enterToo()
    await settled()
    expect(program.calls.wait).toHaveBeenCalledTimes(1)
    expect(program.calls.admit).not.toHaveBeenCalled()
  })

  it('hears of the colleague who pressed in the same moment', async () => {
    const { program, walkingIn } = await open(seen('acknowledged', 'waiting'), { admits: 'lin' })
    expect(walkingIn.together.value).toBe('')
    const other = await open(seen('acknowledged', 'waiting', 'admitted'), { admits: 'lin' })
    expect(other.walkingIn.together.value).toContain('Zhou')
    expect(program.calls.admit).toHaveBeenCalledTimes(1)
  })

  it('is not sent in again and again by what failed', async () => {
    const program = new FakeProgram()
    program.now = seen('acknowledged', 'waiting')
    program.calls.wait.mockRejectedValue(refused('no_connection', 0))
    const { room, walkingIn } = within(() => {
      const room = useSnapshots('booking', program.calls)
      return { room, walkingIn: useWalkingIn(room, computed(() => true), { ...useSteps(room, program.calls), devicesChecked: () => true }) }
    })
    await room.enter()
    await settled()
    program.tell(seen('acknowledged', 'waiting'))
    await settled()
    expect(walkingIn.walking.problem.value?.code).toBe('no_connection')
    expect(program.calls.wait).toHaveBeenCalledTimes(1)
  })

  it('who left does not walk in again', async () => {
    const { program, room } = await open(seen('entered', 'waiting'), { checked: true })
    room.send({ type: 'left' })
    program.tell(seen('acknowledged', 'waiting'))
    await settled()
    expect(program.calls.wait).not.toHaveBeenCalled()
  })
})

describe('a guest', () => {
  it('never walks in by themselves', async () => {
    const { program, walkingIn } = await open(session('open', 'acknowledged'), { checked: true, admits: 'lin' })
    expect([walkingIn.walksIn.value, walkingIn.straightIn.value, program.calls.wait.mock.calls.length]).toEqual([false, false, 0])
  })
})
