import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { Office } from '../../api/types'
import { session } from '../../call/fakes'
import { office } from '../../state/office'
import { fakeRoom } from './fakeRoom'
import NoticeStep from './NoticeStep.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
const officeWith = (version: number) => ({ zone: 'Asia/Shanghai', notice: { version, published_on: '2026-09-01', retention_years: 7 } }) as unknown as Office
beforeEach(() => {
  office.value = officeWith(5)
  vi.mocked(take).mockReset()
})
afterEach(() => (office.value = undefined))

const entered = (more: Parameters<typeof session>[2] = {}) => session('waiting', 'entered', more)
const draw = (fake: ReturnType<typeof fakeRoom>) => show(NoticeStep, { props: { room: fake.room }, areas: ['session'], language: 'en' })
const goOn = (step: Awaited<ReturnType<typeof draw>>) => press(step, 'Understood')

describe('the notice of recording', () => {
  it('is acknowledged by who says to have read it, and not before', async () => {
    const fake = fakeRoom(entered())
    const step = await draw(fake)
    await goOn(step)
    expect(words(step.find('[role="alert"]'))).toContain('Please tick')
    expect(step.find('input').attributes()).toMatchObject({ 'aria-invalid': 'true', 'aria-describedby': 'notice-missed' })
    expect(fake.parts.acknowledge).not.toHaveBeenCalled()
    await step.find('input').setValue(true)
    expect(step.find('[role="alert"]').exists()).toBe(false)
    await goOn(step)
    expect(fake.parts.acknowledge).toHaveBeenCalledTimes(1)
  })

  it('tells how long recordings are kept, as the office has it, and which version this is', async () => {
    const step = words(await draw(fakeRoom(entered())))
    expect(step).toContain('7 years, then destroyed')
    expect(step).toMatch(/version 5, Sep\w* 2026/)
  })

  it('is read again when the session asks for another version than the office told', async () => {
    vi.mocked(take).mockResolvedValue(officeWith(6))
    const fake = fakeRoom(entered({ notice_version: 6 }))
    const step = await draw(fake)
    expect(take).toHaveBeenCalledTimes(1)
    expect(words(step)).toContain('version 6, Sep')
    await step.find('input').setValue(true)
    fake.tell(entered({ notice_version: 7 }))
    await flushPromises()
    expect((step.find('input').element as HTMLInputElement).checked).toBe(false)
    // nobody told the words of the seventh: no date is claimed for it
    expect(words(step)).toContain('(version 7)')
  })

  it('says that it changed meanwhile, and asks where the session stands now', async () => {
    const fake = fakeRoom(entered())
    fake.parts.acknowledge.mockRejectedValue(new ApiError({ code: 'notice_changed', status: 409, title: 'The notice has changed, says the program.' }))
    const step = await draw(fake)
    await step.find('input').setValue(true)
    await goOn(step)
    await flushPromises()
    expect(words(step)).toContain('The notice has changed. Please read it again.')
    expect(words(step)).not.toContain('says the program')
    expect(fake.parts.enter).toHaveBeenCalledTimes(1)
  })

  it('says any other refusal in the program’s words', async () => {
    const fake = fakeRoom(entered())
    fake.parts.acknowledge.mockRejectedValue(new ApiError({ code: 'session_ended', status: 409, title: 'It is over.' }))
    const step = await draw(fake)
    await step.find('input').setValue(true)
    await goOn(step)
    await flushPromises()
    expect(words(step)).toContain('It is over.')
    expect(fake.parts.enter).not.toHaveBeenCalled()
  })

  it('leads an officer who goes straight in there, and offers them no way around it', async () => {
    const fake = fakeRoom(entered(), true)
    fake.parts.straightIn.value = true
    const step = await draw(fake)
    expect(words(step)).toContain('Understood, go in')
    expect(words(step)).not.toContain('counter')
  })

  it('can be declined by a guest, with a reason if they want to give one', async () => {
    const fake = fakeRoom(entered())
    const step = await draw(fake)
    await press(step, 'Use a counter')
    await step.find('dialog textarea').setValue(' I would rather come by. ')
    await press(step, 'No recording, customs will call me')
    expect(fake.parts.decline).toHaveBeenCalledWith('I would rather come by.')
    expect(fake.parts.acknowledge).not.toHaveBeenCalled()
  })
})
