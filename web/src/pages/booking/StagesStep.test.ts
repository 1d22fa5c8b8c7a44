import { flushPromises } from '@vue/test-utils'
import { defineComponent, h, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { ApiError } from '../../api/problem'
import type { Booking, Service, Stage } from '../../api/types'
import type { Place, StageAt } from '../../rules/stages'
import OneStage from './OneStage.vue'
import StagesStep from './StagesStep.vue'

const { asked, answer } = vi.hoisted((): { asked: Mock; answer: { now: unknown } } => ({ asked: vi.fn(), answer: { now: undefined } }))
vi.mock('../../api/client', () => ({
  api: { GET: (_path: string, { params }: { params: { query: unknown } }) => void asked(params.query) },
  take: () => (answer.now instanceof Error ? Promise.reject(answer.now) : Promise.resolve(answer.now)),
  onSignedOut: vi.fn(),
}))
const service = {
  id: 's', horizon_days: 30, venue: { zone: 'Asia/Shanghai' },
  stages: [
    { stage: 'declaration', duration_minutes: 30, at_enterprise: false },
    { stage: 'inspection', duration_minutes: 60, at_enterprise: true },
    { stage: 'release', duration_minutes: 30, at_enterprise: false },
  ],
} as Service
const FROM = '2026-11-27T11:00:00Z'
const offer = (stage: string, from: string, to: string) => ({ stage, site: 'office', starts_at: `2026-11-27T${from}:00Z`, ends_at: `2026-11-27T${to}:00Z` })
const way = { stages: [offer('declaration', '11:00', '11:30'), offer('inspection', '11:30', '12:30'), offer('release', '12:30', '13:00')] }

async function step(first: StageAt[] = service.stages.map(({ stage }) => ({ stage, site: 'office' }))) {
  const stages = ref(first)
  const from = ref(FROM)
  const chosen: Place[] = []
  const Page = defineComponent(() => () => h(StagesStep, {
    service, today: '2026-11-26', last: '2026-12-26', place: undefined, busy: false, stages: stages.value, from: from.value,
    'onUpdate:stages': (wanted: StageAt[]) => (stages.value = wanted), 'onUpdate:from': (wished: string) => (from.value = wished), onChoose: (place: Place) => chosen.push(place),
  }))
  return { shown: await show(Page, { areas: ['booking'], language: 'en' }), stages, from, chosen }
}

afterEach(() => { vi.useRealTimers() })
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-26T01:00:00Z') })
  asked.mockReset()
  answer.now = { zone: 'Asia/Shanghai', hindrances: [], alternatives: [way] }
})

const booked = (stage: string, from: string, to: string) => ({ ...offer(stage, from, to), officer: null })
const booking = { id: 'b', venue: service.venue, stages: [booked('declaration', '11:00', '11:30'), booked('inspection', '12:00', '13:00'), booked('release', '14:00', '14:30')] } as unknown as Booking

/** The step of a booking that is moved; `only` is as in the address. */
async function moving(first?: Stage) {
  const only = ref(first)
  const chosen: Place[] = []
  const Page = defineComponent(() => () => h(StagesStep, {
    service: { ...service, stages: service.stages.map((one) => ({ ...one, gap_least_minutes: 0, gap_most_minutes: 240 })) }, today: '2026-11-26', last: '2026-12-26', place: undefined, busy: false,
    moved: booking, stages: booking.stages, from: FROM, only: only.value, 'onUpdate:only': (stage: Stage | undefined) => (only.value = stage), onChoose: (place: Place) => chosen.push(place),
  }))
  return { shown: await show(Page, { areas: ['booking'], language: 'en' }), only, chosen }
}

describe('moving a booking that has stages', () => {
  it('offers no stage to leave out, and asks for all of them with its own places given back', async () => {
    const { shown } = await moving()
    expect(shown.findAll('input[type=checkbox]').map((box) => box.attributes('role'))).toEqual(['switch'])
    expect(asked).toHaveBeenCalledWith({ stages: 'declaration,inspection,release', from: FROM, moving: 'b' })
  })

  it('moves one alone between the others, which stay', async () => {
    const { shown, chosen } = await moving()
    const own = ['12:00', '12:30', '13:00', '13:15'].map((from) => ({ stages: [offer('inspection', from, '14:00')] }))
    answer.now = { zone: 'Asia/Shanghai', hindrances: [], alternatives: own }
    asked.mockReset()
    await shown.findAll('input[type=radio]')[2]!.setValue(true)
    await flushPromises()
    expect(asked).toHaveBeenCalledWith({ stages: 'inspection', from: '2026-11-27T11:30:00.000Z', moving: 'b' })
    expect(words(shown)).toContain('Inspection has to begin between Fri 27 Nov 19:30 and Fri 27 Nov 21:00.')
    // its own time is none, and what begins too late for the next stage is none either
    expect(shown.findAll('.way').map((way) => words(way).match(/\d\d:\d\d/)?.[0])).toEqual(['20:30', '21:00'])
    await shown.find('.way').trigger('click')
    expect(chosen).toEqual([{ stages: [
      { stage: 'declaration', site: 'office', starts_at: '2026-11-27T11:00:00Z' },
      { stage: 'inspection', site: 'office', starts_at: '2026-11-27T12:30:00Z' },
      { stage: 'release', site: 'office', starts_at: '2026-11-27T14:00:00Z' },
    ] }])
  })

  it('looks further on when it is asked to, and says where nothing is left', async () => {
    const ways = (...from: string[]) => ({ zone: 'Asia/Shanghai', hindrances: [], alternatives: from.map((start) => ({ stages: [offer('release', start, '20:00')] })) })
    answer.now = ways('13:00', '13:15', '13:30', '13:45', '14:15', '14:30', '14:45')
    const { shown } = await moving('release')
    expect(shown.findAll('.way')).toHaveLength(7)
    answer.now = ways('15:00')
    asked.mockReset()
    asked.mockImplementationOnce(() => undefined).mockImplementationOnce(() => (answer.now = ways()))
    await press(shown, 'Look further on')
    await flushPromises()
    expect(asked.mock.calls.map(([query]) => (query as { from: string }).from)).toEqual(['2026-11-27T14:45:00.001Z', '2026-11-27T15:00:00.001Z'])
    expect(shown.findAll('.way')).toHaveLength(8)
    expect(words(shown)).not.toContain('Look further on')

    answer.now = ways()
    expect(words((await moving('declaration')).shown)).toContain('no other time for Declaration')
  })

  it('asks nothing where the others leave no room', async () => {
    const close = { ...booking, stages: [booking.stages[0]!, booking.stages[1]!, booked('release', '11:40', '12:10')] } as unknown as Booking
    const shown = await show(OneStage, { props: { service: { ...service, stages: service.stages.map((one) => ({ ...one, gap_least_minutes: 0, gap_most_minutes: 0 })) }, booking: close, stage: 'inspection', busy: false }, areas: ['booking'], language: 'en' })
    expect(asked).not.toHaveBeenCalled()
    expect(words(shown)).toContain('no other time for Inspection')
  })
})

describe('booking stage by stage', () => {
  it('offers ways with the time of each stage, and gives the place that is taken', async () => {
    const { shown, chosen } = await step()
    expect(asked).toHaveBeenCalledWith({ stages: 'declaration,inspection,release', from: FROM })
    const card = shown.find('.way')
    for (const time of ['19:00–19:30', '19:30–20:30', '20:30–21:00']) expect(card.text()).toContain(time)
    await card.trigger('click')
    expect(chosen).toEqual([{ stages: way.stages.map(({ stage, site, starts_at }) => ({ stage, site, starts_at })) }])
  })

  it('asks anew for what is ticked, in the order of clearance, and where', async () => {
    const { shown, stages } = await step([{ stage: 'release', site: 'office' }])
    expect(shown.findAll('input[role=switch]')).toHaveLength(0)
    await shown.findAll('input[type=checkbox]')[1]!.setValue(true)
    await shown.find('input[role=switch]').setValue(true)
    await flushPromises()
    expect(stages.value).toEqual([{ stage: 'inspection', site: 'enterprise' }, { stage: 'release', site: 'office' }])
    expect(asked).toHaveBeenLastCalledWith({ stages: 'inspection@enterprise,release', from: FROM })
  })

  it('takes the wished start by the venue\'s clock', async () => {
    const { shown, from } = await step()
    expect(shown.find<HTMLSelectElement>('select').element.value).toBe('19:00')
    await shown.find('input[type=date]').setValue('2026-11-30')
    await shown.find('select').setValue('22:00')
    expect(from.value).toBe('2026-11-30T14:00:00.000Z')
    // a day nobody can have is not taken
    await shown.find('input[type=date]').setValue('2026-11-01')
    expect(from.value).toBe('2026-11-30T14:00:00.000Z')
  })

  it('asks for a tick where there is none, and asks the program nothing', async () => {
    const { shown } = await step([])
    expect(words(shown)).toContain('Please choose at least one stage.')
    expect(asked).not.toHaveBeenCalled()
  })

  it('says what to do where there is no way', async () => {
    answer.now = { zone: 'Asia/Shanghai', hindrances: [], alternatives: [] }
    expect(words((await step()).shown)).toContain('Nothing can be had together within 30 days.')
  })

  it('tells what went wrong, and tries again', async () => {
    answer.now = ApiError.noConnection()
    const { shown } = await step()
    expect(shown.find('[role=alert]').exists()).toBe(true)
    answer.now = { zone: 'Asia/Shanghai', hindrances: [], alternatives: [way] }
    await press(shown, 'Try again')
    await flushPromises()
    expect(shown.findAll('.way')).toHaveLength(1)
  })
})
