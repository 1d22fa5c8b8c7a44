import { expect, it } from 'vitest'
import { ApiError } from './problem'

const body = { type: 'about:blank', title: 'T', status: 409, code: 'slot_taken', detail: 'D', field: null, request_id: 'r' }

it('takes a problem as the program wrote it', () => {
  const error = ApiError.from(new Response(null, { status: 409 }), body)
  expect([error.code, error.status, error.title, error.requestId]).toEqual(['slot_taken', 409, 'T', 'r'])
})

it('keeps the status and the request id of an answer it cannot read', () => {
  const answer = new Response('<html>', { status: 502, headers: { 'x-request-id': 'abc' } })
  const error = ApiError.from(answer, '<html>')
  expect([error.code, error.status, error.requestId]).toEqual(['unreadable_answer', 502, 'abc'])
})

it('does not swallow a fault of the page', () => {
  expect(() => ApiError.of(new TypeError('x'))).toThrow(TypeError)
})
