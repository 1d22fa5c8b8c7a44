import { describe, expect, it } from 'vitest'
import { press, show, words } from '../../../tests/show'
import type { ReviewDetail, ReviewLine } from '../../api/types'
import LineStrip from './LineStrip.vue'

const line = (more: Partial<ReviewLine> = {}): ReviewLine => ({
  participant_id: 'lin', began_at: '2026-11-23T06:05:00Z', until: '2026-11-23T06:10:00Z', seconds: 300, down_seconds: 0, loss_up_permille: 4,
  loss_down_permille: 0, worst_loss_permille: 12, round_trip_ms: 40, worst_round_trip_ms: 90, kbps_up: 1_200, kbps_down: 1_100, path: 'udp', quality: 'good', wrong: null, ...more,
})
const draw = (...lines: ReviewLine[]) => show(LineStrip, {
  props: { detail: { zone: 'Asia/Shanghai', people: [{ participant_id: 'lin', name: 'Lin', role: 'guest' }], lines } as unknown as ReviewDetail }, areas: ['review'], language: 'en',
})

describe('the lines of a meeting', () => {
  it('are named where they were not good, with what was wrong, and all on demand', async () => {
    const strip = await draw(line(), line({ began_at: '2026-11-23T06:10:00Z', until: '2026-11-23T06:15:00Z', down_seconds: 12, loss_up_permille: 80, worst_loss_permille: 310, path: 'tcp', quality: 'weak', wrong: 'breaks' }))
    expect(words(strip)).toContain('Not good in 1 of 2 stretches')
    const [faulty] = strip.findAll('li')
    expect(words(faulty!)).toBe('14:10–14:15 Lin weak gone for 12 s · up to 31% lost · 8% lost · round trip 40 ms · 1.2 Mbit/s up, 1.1 down · TCP')
    await press(strip, 'All stretches')
    expect(strip.findAll('li')).toHaveLength(2)
  })

  it('are said to be fine in one sentence, and nothing is said where nothing was told', async () => {
    expect(words(await draw(line()))).toContain('All were good.')
    expect((await draw()).find('section').exists()).toBe(false)
  })
})
