import { expect, it } from 'vitest'
import { covered, toggled, WEEKDAYS, type RuleDraft } from './week'

const WORKDAYS = [1, 2, 3, 4, 5]
const week: RuleDraft[] = [
  { day_kind: 'working', weekdays: WEEKDAYS, from: '540', to: '720' },
  { day_kind: 'non_working', weekdays: [7], from: '510', to: '690' },
]

it('opens an hour of one weekday and leaves the others as they are', () => {
  const saturday = [9, 10, 11].reduce((rules, hour) => toggled(rules, 'non_working', 6, hour * 60, hour * 60 + 60), week)
  expect(saturday).toEqual([
    week[0],
    { day_kind: 'non_working', weekdays: [7], from: '510', to: '690' },
    { day_kind: 'non_working', weekdays: [6], from: '540', to: '720' },
  ])
  expect(covered(saturday, 'non_working', 6, 540, 720)).toBe('all')
  expect(covered(saturday, 'working', 6, 540, 600)).toBe('all')
})

it('closes an hour in the middle, and puts it back as it was', () => {
  const lunch = toggled(week, 'working', 3, 600, 660)
  expect(lunch.filter((rule) => rule.day_kind === 'working')).toEqual([
    { day_kind: 'working', weekdays: [1, 2, 4, 5, 6, 7], from: '540', to: '720' },
    { day_kind: 'working', weekdays: [3], from: '540', to: '600' },
    { day_kind: 'working', weekdays: [3], from: '660', to: '720' },
  ])
  expect(toggled(lunch, 'working', 3, 600, 660).filter((rule) => rule.day_kind === 'working')).toEqual([week[0]])
})

it('tells what is open in part, and fills it', () => {
  expect(covered(week, 'non_working', 7, 480, 540)).toBe('part')
  expect(covered(week, 'non_working', 6, 480, 540)).toBe('none')
  expect(toggled(week, 'non_working', 7, 480, 540)[1]).toEqual({ day_kind: 'non_working', weekdays: [7], from: '480', to: '690' })
  expect(toggled([], 'any', 1, 0, 60)).toEqual([{ day_kind: 'any', weekdays: [1], from: '0', to: '60' }])
  expect(WORKDAYS.every((day) => covered([], 'any', day, 0, 60) === 'none')).toBe(true)
})
