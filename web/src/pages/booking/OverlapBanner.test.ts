import { expect, it } from 'vitest'
import { show, words } from '../../../tests/show'
import type { Overlap } from '../../api/types'
import OverlapBanner from './OverlapBanner.vue'

const overlap = (id: string, whose: Overlap['whose']): Overlap => ({
  id, whose, reference: `MQ 2611 ${id}`, state: 'accepted', service: { 'zh-CN': '体检', en: 'Check-up' }, starts_at: '2026-11-27T01:00:00Z', ends_at: '2026-11-27T01:15:00Z',
})
const draw = (...overlaps: Overlap[]) => show(OverlapBanner, { areas: ['booking'], language: 'en', props: { overlaps, zone: 'Asia/Shanghai' } })

it('says whether it is one’s own or a colleague’s that is at the time', async () => {
  expect(words(await draw())).toBe('')
  const own = words(await draw(overlap('4K7P-X', 'booker')))
  expect(own).toContain('You have another booking at the same time')
  expect(own).not.toContain('Booked by a colleague')
  const theirs = words(await draw(overlap('4K7P-X', 'colleague')))
  expect(theirs).toContain('Your enterprise has another booking at the same time')
  expect(theirs).toContain('Check-up')
  expect(theirs).toContain('Booked by a colleague')
})
