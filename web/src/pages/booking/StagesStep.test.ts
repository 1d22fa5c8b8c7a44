import { flushPromises } from '@vue/test-utils'
import { defineComponent, h, ref } from 'vue'
import { beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { ApiError } from '../../api/problem'
import type { Service } from '../../api/types'
import type { Place, StageAt } from '../../rules/stages'
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

beforeEach(() => {
  asked.mockReset()
  answer.now = { zone: 'Asia/Shanghai', alternatives: [way] }
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
    answer.now = { zone: 'Asia/Shanghai', alternatives: [] }
    expect(words((await step()).shown)).toContain('Nothing can be had together within 30 days.')
  })

  it('tells what went wrong, and tries again', async () => {
    answer.now = ApiError.noConnection()
    const { shown } = await step()
    expect(shown.find('[role=alert]').exists()).toBe(true)
    answer.now = { zone: 'Asia/Shanghai', alternatives: [way] }
    await press(shown, 'Try again')
    await flushPromises()
    expect(shown.findAll('.way')).toHaveLength(1)
  })
})
