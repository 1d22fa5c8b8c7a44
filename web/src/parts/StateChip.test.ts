import { describe, expect, it } from 'vitest'
import { show, words } from '../../tests/show'
import zh from '../messages/zh-CN/common'
import en from '../messages/en/common'
import type { BookingState } from '../api/types'
import StateChip from './StateChip.vue'

const states = Object.keys(zh.state) as BookingState[]

describe('the chip of a booking', () => {
  it.each(states)('says %s in words, in both languages', async (state) => {
    const chinese = await show(StateChip, { props: { state } })
    expect(words(chinese)).toBe(zh.state[state])
    const english = await show(StateChip, { props: { state }, language: 'en' })
    expect(words(english)).toBe(en.state[state])
  })

  it('has a shape of its own for each state, so that colour is never needed alone', async () => {
    const shapes = await Promise.all(states.map(async (state) => (await show(StateChip, { props: { state } })).find('svg').html()))
    expect(new Set(shapes).size).toBe(states.length)
  })
})
