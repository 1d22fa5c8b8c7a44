import { expect, it } from 'vitest'
import { show, words } from '../../../tests/show'
import type { WorkMonth } from '../../api/types'
import WaitFigures from './WaitFigures.vue'

const service = { 'zh-CN': '体检', en: 'Check-up' }
const wait = (kind: string, n: number, median_minutes: number, most_minutes: number) => ({ kind, service_id: 's', service, n, median_minutes, most_minutes })
const month = (name: string, waits: unknown[]) => ({ month: name, waits }) as WorkMonth

it('tells for each month and service how long people waited for what, and marks what few say', async () => {
  const months = [month('2026-11', [wait('queue', 40, 25, 95), wait('waiting_list', 3, 45, 2880)]), month('2026-10', [wait('waiting_room', 12, 4, 9)])]
  const page = await show(WaitFigures, { props: { months, few: 10 }, areas: ['staff', 'work'], language: 'en' })
  expect(page.findAll('tbody tr').map(words)).toEqual([
    'November 2026Number calledCheck-up4025 min95 min', 'November 2026Place from the waiting listCheck-up345 min2.0 days*', 'October 2026Let in to a video meetingCheck-up124 min9 min',
  ])
})

it('says so where nobody waited', async () => {
  const page = await show(WaitFigures, { props: { months: [month('2026-11', [])], few: 10 }, areas: ['staff', 'work'], language: 'en' })
  expect(words(page)).toContain('Nobody waited in this time.')
})
