import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '../api/problem'
import { useChecks } from './form'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const input = (name: string) => ({ target: { name } }) as unknown as Event
const taken = new ApiError({ code: 'login_taken', status: 409, field: 'login', title: 'taken' })

function form(login: () => string) {
  const show = vi.fn()
  return { show, ...useChecks(() => ({ login, name: () => '' }), show) }
}

it('the answer to a submission outlives the timer of a field that was left just before', () => {
  const { errors, leave, checkAll, take } = form(() => '')
  leave('login', 'lin')
  expect(checkAll()).toBe(true)
  take(taken)
  vi.runAllTimers()
  expect(errors.login).toBe('taken')
  leave('login', 'lin')
  vi.runAllTimers()
  expect(errors.login).toBe('taken')
})

it('it goes when the field is changed, and does not keep the form from being sent', () => {
  const { errors, retype, checkAll, take } = form(() => '')
  take(taken)
  retype(input('login'))
  expect(errors.login).toBe('')
  take(taken)
  expect(checkAll()).toBe(true)
})

it('a refused submission always moves to what is wrong', () => {
  const wrong = form(() => 'too short')
  expect(wrong.checkAll()).toBe(false)
  expect(wrong.show).toHaveBeenCalledTimes(1)
  const right = form(() => '')
  expect(right.take(taken)).toBe(true)
  expect(right.take(new ApiError({ code: 'busy', status: 429 }))).toBe(false)
  expect(right.show).toHaveBeenCalledTimes(2)
})
