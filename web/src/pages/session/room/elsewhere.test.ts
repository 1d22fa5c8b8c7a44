import { ref, shallowRef } from 'vue'
import { afterEach, describe, expect, it } from 'vitest'
import type { OfficerDay, Session } from '../../../api/types'
import { session } from '../../../call/fakes'
import { FakeProgram, endScopes, refused, settled, within } from './fakes'
import { useElsewhere } from './elsewhere'

afterEach(endScopes)

const waits = (session_id: string, present = true) => ({ session_id, present, booking_id: `booking of ${session_id}`, participant_id: session_id })
const dayOf = (...waiting: ReturnType<typeof waits>[]) => ({ waiting }) as unknown as OfficerDay

function open(officer: boolean, day = dayOf(waits('session'), waits('away', false), waits('near'))) {
  const program = new FakeProgram()
  program.calls.day.mockResolvedValue(day)
  const isOfficer = ref(officer)
  const here = shallowRef<Session | null>(session('open', 'admitted'))
  return { program, isOfficer, here, ...within(() => useElsewhere(isOfficer, here, program.calls)) }
}

describe('who waits elsewhere', () => {
  it('is no concern of a guest', async () => {
    const { program, elsewhere } = open(false)
    await settled()
    expect([program.days.length, elsewhere.value]).toEqual([0, []])
  })

  it('is known to an officer, without who waits here', async () => {
    const { elsewhere } = open(true)
    await settled()
    expect(elsewhere.value.map((one) => one.session_id)).toEqual(['away', 'near'])
  })

  it('begins when the page learns that it is an officer, and listens once', async () => {
    const { program, isOfficer } = open(false)
    isOfficer.value = true
    await settled()
    isOfficer.value = false
    await settled()
    isOfficer.value = true
    await settled()
    expect(program.days).toHaveLength(1)
  })

  it('takes whoever is there before who put the phone away, and otherwise who waits longest', async () => {
    const there = open(true)
    await settled()
    expect(there.nextUp.value?.session_id).toBe('near')
    const nobody = open(true, dayOf(waits('first', false), waits('second', false)))
    await settled()
    expect(nobody.nextUp.value?.session_id).toBe('first')
  })

  it('follows the day, and keeps what it knew when an answer fails', async () => {
    const { program, elsewhere } = open(true)
    await settled()
    program.calls.day.mockRejectedValueOnce(refused('no_connection', 0))
    program.days[0]!.changed()
    await settled()
    expect(elsewhere.value).toHaveLength(2)
    program.calls.day.mockResolvedValueOnce(dayOf())
    program.days[0]!.changed()
    await settled()
    expect(elsewhere.value).toEqual([])
  })

  it('is let go when the page goes', async () => {
    const { program } = open(true)
    endScopes()
    expect(program.days[0]!.closed).toBe(true)
  })
})
