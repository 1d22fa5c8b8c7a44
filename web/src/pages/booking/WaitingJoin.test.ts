import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import type { Me, Service } from '../../api/types'
import type { StageAt } from '../../rules/stages'
import { me } from '../../state/me'
import WaitingJoin from './WaitingJoin.vue'

vi.mock('../../api/client', async (whole) => ({ ...await whole<object>(), api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn() }))
const service = { id: 's' } as Service
const entry = { id: 'w', state: 'waiting', position: 2, service }
const joined = () => (vi.mocked(api.POST).mock.calls as unknown as [string, unknown][]).map(([, sent]) => sent)
const draw = (stages?: StageAt[]) => show(WaitingJoin, { areas: ['booking'], language: 'en', props: { service, today: '2026-11-28', last: '2026-12-28', day: '', ...(stages && { stages }) } })

afterEach(() => { me.value = undefined })
beforeEach(() => {
  vi.clearAllMocks()
  me.value = { role: 'member' } as Me
  vi.mocked(take).mockResolvedValueOnce({ items: [] }).mockResolvedValue(entry)
})

describe('waiting', () => {
  it('is for the service as a whole on the days ahead', async () => {
    const shown = await draw()
    await press(shown, 'Join the waiting list')
    await shown.find('form').trigger('submit')
    await flushPromises()
    expect(joined()).toEqual([{ params: { path: { id: 's' } }, body: { from: '2026-11-28', to: '2026-12-28' } }])
    expect(words(shown)).toContain('2')
  })

  it('is for the stages that were chosen, and says which', async () => {
    const shown = await draw([{ stage: 'inspection', site: 'enterprise' }, { stage: 'release', site: 'office' }])
    await press(shown, 'Join the waiting list')
    expect(shown.findAll('.stages li').map((one) => words(one))).toEqual(['Inspection · At the enterprise', 'Release'])
    await shown.find('select').setValue('evening')
    await shown.find('form').trigger('submit')
    await flushPromises()
    const stages = [{ stage: 'inspection', site: 'enterprise' }, { stage: 'release', site: 'office' }]
    expect(joined()).toEqual([{ params: { path: { id: 's' } }, body: { from: '2026-11-28', to: '2026-12-28', stages, from_minute: 1080, to_minute: 1440 } }])
  })
})
