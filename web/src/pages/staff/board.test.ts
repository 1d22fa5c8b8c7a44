import { describe, expect, it } from 'vitest'
import type { BoardBooking, BoardService, Slot } from '../../api/types'
import { beginOf, blocksOf, closedOn, dayColumns, nearest, serviceColumns, step, weekAround } from './board'

const ZONE = 'Asia/Shanghai'
const DAY = '2026-11-26'
const at = (clock: string, day = DAY) => new Date(`${day}T${clock}:00+08:00`).toISOString()
const onBoard = (id: string, from: string, until: string, more: Record<string, unknown> = {}) =>
  ({ id, state: 'accepted', stages: [], places: [], service: { id: 's' }, starts_at: at(from), ends_at: at(until), ...more }) as unknown as BoardBooking
const service = (id: string, ...open: [string, string][]) => ({ id, open: open.map(([from, to]) => ({ starts_at: from, ends_at: to })) }) as unknown as BoardService
const slot = (clock: string, day = DAY) => ({ starts_at: at(clock, day), ends_at: at(clock, day), free: 1, reason: null }) as unknown as Slot

describe('the board', () => {
  it('has a week from Monday around any of its days', () => {
    for (const day of ['2026-11-23', DAY, '2026-11-29']) expect([weekAround(day)[0], weekAround(day).at(-1)]).toEqual(['2026-11-23', '2026-11-29'])
    expect(weekAround('2027-01-01')[0]).toBe('2026-12-28')
  })

  it('shows stages where a booking has some, and nothing that takes no place', () => {
    const stages = [{ stage: 'declaration', starts_at: at('19:00'), ends_at: at('19:30') }, { stage: 'release', starts_at: at('20:00'), ends_at: at('20:30') }]
    const all = blocksOf([onBoard('a', '19:00', '20:30', { stages }), onBoard('b', '09:00', '10:00', { state: 'cancelled' }), onBoard('c', '09:00', '10:00')])
    expect(all.map(({ key }) => key)).toEqual(['a/declaration', 'a/release', 'c'])
  })

  it('puts side by side what overlaps, with no more lanes than the fullest moment needs', () => {
    const blocks = blocksOf([onBoard('a', '09:00', '10:00'), onBoard('b', '09:30', '10:30'), onBoard('c', '10:00', '11:00'), onBoard('d', '11:00', '12:00')])
    const [column] = dayColumns([DAY], [], blocks, ZONE)
    expect(column!.pieces.map(({ block, lane, lanes }) => [block.key, lane, lanes])).toEqual([['a', 0, 2], ['b', 1, 2], ['c', 0, 2], ['d', 0, 1]])
    expect(column!.lanes).toBe(2)
  })

  it('cuts at midnight what goes on over it', () => {
    const over = { ...onBoard('a', '23:30', '23:30'), ends_at: at('00:30', '2026-11-27') }
    const columns = dayColumns([DAY, '2026-11-27', '2026-11-28'], [], blocksOf([over]), ZONE)
    expect(columns.map(({ pieces }) => pieces.map(({ from, to }) => [from, to]))).toEqual([[[1410, 1440]], [[0, 30]], []])
    // up to midnight is not into the next day
    const until = { ...over, ends_at: at('00:00', '2026-11-27') }
    expect(dayColumns([DAY, '2026-11-27'], [], blocksOf([until]), ZONE).map(({ pieces }) => pieces.length)).toEqual([1, 0])
  })

  it('shades only when all are closed', () => {
    const always = service('always', [at('00:00'), at('00:00', '2026-11-27')])
    const office = service('office', [at('08:30'), at('12:00')], [at('13:00'), at('17:00')])
    const night = service('night', [at('17:00'), at('00:00', '2026-11-27')])
    expect(closedOn(DAY, [office], ZONE)).toEqual([{ from: 0, to: 510 }, { from: 720, to: 780 }, { from: 1020, to: 1440 }])
    expect(closedOn(DAY, [office, always], ZONE)).toEqual([])
    expect(closedOn(DAY, [office, night], ZONE)).toEqual([{ from: 0, to: 510 }, { from: 720, to: 780 }])
    expect(closedOn(DAY, [always], ZONE)).toEqual([])
    expect(closedOn(DAY, [service('never')], ZONE)).toEqual([{ from: 0, to: 1440 }])
    const columns = serviceColumns(DAY, [office, night], blocksOf([onBoard('a', '09:00', '10:00', { service: { id: 'office' } })]), ZONE)
    expect(columns.map(({ pieces, closed }) => [pieces.length, closed.length])).toEqual([[1, 3], [0, 1]])
  })

  it('begins with the morning, or with the present where today is shown', () => {
    const [morning, at] = [510, (hours: number) => hours * 60]
    expect(beginOf(morning)).toBe(480)
    expect(beginOf(morning, at(9))).toBe(480)
    expect(beginOf(morning, at(16))).toBe(at(14))
    expect([beginOf(morning, at(3)), beginOf(morning, at(1)), beginOf(0)]).toEqual([at(1), 0, 0])
  })

  it('goes from one free time to the next by arrows, over days without any', () => {
    const free = [slot('09:00'), slot('09:30'), slot('14:00'), slot('09:15', '2026-11-28'), slot('13:00', '2026-11-28')]
    const go = (from: number, key: string) => { const next = step(free, free[from]!, key, ZONE); return next && free.indexOf(next) }
    expect([go(0, 'ArrowDown'), go(1, 'ArrowUp'), go(0, 'ArrowUp'), go(2, 'ArrowDown')]).toEqual([1, 0, undefined, 3])
    expect([go(2, 'ArrowRight'), go(1, 'ArrowRight'), go(4, 'ArrowLeft'), go(3, 'ArrowRight'), go(1, 'ArrowLeft')]).toEqual([4, 3, 2, undefined, undefined])
    expect([go(1, 'End'), go(2, 'Home'), go(2, 'x')]).toEqual([2, 0, undefined])
    expect(nearest(free, ZONE, DAY, 13 * 60)).toBe(free[2])
    expect(nearest(free, ZONE, '2026-11-27', 600)).toBeUndefined()
  })
})
