import { expect, it, vi } from 'vitest'
import { fetchTwice } from './again'

const request = () => new Request('https://office.example/api/v1/bookings', {
  method: 'POST', body: '{"a":1}', headers: { 'Idempotency-Key': 'k' },
})
const inFlight = () => Response.json({ code: 'idempotency_in_flight' }, { status: 409 })
const lost = () => Promise.reject(new TypeError('no line'))

/** Answers one after the other; what is sent is kept. */
function line(...answers: (() => Promise<Response> | Response)[]) {
  const sent: { key: string | null; body: string }[] = []
  const pause = vi.fn(async () => {})
  const fetch = async (one: Request) => {
    sent.push({ key: one.headers.get('Idempotency-Key'), body: await one.text() })
    return answers.shift()!()
  }
  return { ways: { fetch, pause }, sent, pause }
}

it('an answer that comes is not asked for again, whatever it says', async () => {
  const { ways, sent } = line(inFlight)
  expect((await fetchTwice(request(), ways)).status).toBe(409)
  expect(sent).toHaveLength(1)
})

it('a lost answer is asked for again with the same key and body', async () => {
  const { ways, sent } = line(lost, () => Response.json({}, { status: 201 }))
  expect((await fetchTwice(request(), ways)).status).toBe(201)
  expect(sent).toEqual([{ key: 'k', body: '{"a":1}' }, { key: 'k', body: '{"a":1}' }])
})

it('while the program is still at it, the answer is waited for', async () => {
  const { ways, sent, pause } = line(lost, inFlight, inFlight, () => Response.json({ id: 1 }))
  expect(await (await fetchTwice(request(), ways)).json()).toEqual({ id: 1 })
  expect(sent).toHaveLength(4)
  expect(pause.mock.calls.map(([ms]: unknown[]) => ms)).toEqual([800, 1600, 2400])
})

it('patience ends, and another refusal is no reason for it', async () => {
  const many = line(lost, ...Array.from({ length: 9 }, () => inFlight))
  expect((await fetchTwice(request(), many.ways)).status).toBe(409)
  expect(many.sent).toHaveLength(7)
  const taken = line(lost, () => Response.json({ code: 'slot_taken' }, { status: 409 }))
  expect(await (await fetchTwice(request(), taken.ways)).json()).toEqual({ code: 'slot_taken' })
})

it('no line at all is told', async () => {
  const { ways } = line(lost, lost)
  await expect(fetchTwice(request(), ways)).rejects.toThrow('no line')
})
