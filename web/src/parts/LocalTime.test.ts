import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { show, words } from '../../tests/show'
import type { Locale } from '../api/types'
import LocalTime from './LocalTime.vue'

const MIDNIGHT = '2026-12-04T16:00:00Z'
// the year is told when it is not this one
beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-27T02:00:00Z') }) })
afterEach(() => { vi.useRealTimers() })
const draw = async (language: Locale, more: Record<string, unknown>) => words(await show(LocalTime, { props: { from: MIDNIGHT, zone: 'Asia/Shanghai', day: true, ...more }, language }))

it('says by which end of a day something is due in Chinese, and begins the next day with what begins then', async () => {
  expect(await draw('zh-CN', { due: true })).toContain('12月4日 周五 24:00')
  expect(await draw('zh-CN', {})).toContain('12月5日 周六 00:00')
  expect(await draw('en', { due: true })).toContain('Sat 5 Dec 00:00')
})
