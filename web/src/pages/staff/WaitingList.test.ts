import { describe, expect, it } from 'vitest'
import { show, words } from '../../../tests/show'
import type { WaitingPerson } from '../../api/types'
import WaitingList from './WaitingList.vue'

const now = Date.parse('2026-11-26T02:20:00Z')
const person = (name: string, since: string, more: Partial<WaitingPerson> = {}): WaitingPerson => ({
  session_id: name, booking_id: name, participant_id: name, name, enterprise_name: null, service: { 'zh-CN': '试', en: 'Meeting' },
  starts_at: '2026-11-26T02:00:00Z', since, present: true, ...more,
})
const draw = (waiting: WaitingPerson[], lateMinutes = 15) =>
  show(WaitingList, { props: { waiting, now, zone: 'Asia/Shanghai', lateMinutes }, areas: ['staff'], language: 'en' })

describe('who waits on the day', () => {
  it('stands there by how long they wait, with the longest first', async () => {
    const list = await draw([person('Gao', '2026-11-26T02:15:00Z'), person('Lin', '2026-11-26T02:01:00Z')])
    expect(list.findAll('li').map((one) => words(one.find('b:last-of-type')))).toHaveLength(2)
    expect(words(list).indexOf('Lin')).toBeLessThan(words(list).indexOf('Gao'))
  })

  it('waits too long after as many minutes as the program says', async () => {
    const one = [person('Lin', '2026-11-26T02:08:00Z')]
    expect((await draw(one, 15)).find('.late').exists()).toBe(false)
    const late = await draw(one, 10)
    expect(late.find('.late').exists()).toBe(true)
    expect(words(late.find('.late'))).toContain('10')
  })

  it('may be away, and may have come before their time', async () => {
    expect((await draw([person('Lin', '2026-11-26T02:08:00Z')])).find('.chip-warn').exists()).toBe(false)
    expect((await draw([person('Lin', '2026-11-26T02:08:00Z', { present: false })])).find('.chip-warn').exists()).toBe(true)
    const early = await draw([person('Lin', '2026-11-26T02:08:00Z', { starts_at: '2026-11-26T03:00:00Z' })])
    expect(words(early).length).toBeGreaterThan(words(await draw([person('Lin', '2026-11-26T02:08:00Z', { starts_at: '2026-11-26T02:00:00Z' })])).length)
  })

  it('is let in by one press that leads into their session', async () => {
    const list = await draw([person('Lin', '2026-11-26T02:08:00Z')])
    expect(list.find('a').attributes('href')).toBe('/session/Lin?admit=Lin')
    expect(list.find('a').attributes('aria-label')).toContain('Lin')
  })

  it('is nobody', async () => {
    const list = await draw([])
    expect(list.findAll('li')).toHaveLength(0)
    expect(list.find('.muted').exists()).toBe(true)
  })
})
