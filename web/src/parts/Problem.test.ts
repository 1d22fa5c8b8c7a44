import { expect, it } from 'vitest'
import { show, words } from '../../tests/show'
import { ApiError } from '../api/problem'
import Problem from './Problem.vue'

const draw = (problem: ApiError) => show(Problem, { props: { problem, retry: true }, language: 'en' })

it('offers to try again what may come out otherwise', async () => {
  expect(words(await draw(ApiError.noConnection()))).toContain('Try again')
  expect(words(await draw(new ApiError({ code: 'internal', status: 500, title: 'Broken' })))).toContain('Try again')
})

it('does not offer it where what was sent is wrong itself', async () => {
  const shown = await draw(new ApiError({ code: 'calendar_twice', status: 422, title: 'Line 3 is wrong.' }))
  expect(words(shown)).toBe('Line 3 is wrong.')
})
