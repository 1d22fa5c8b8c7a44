import { expect, it } from 'vitest'
import type { Me, Service } from '../api/types'
import { notYours, onlyFor } from './bookers'

const service = (bookers: Service['terms']['bookers']) => ({ terms: { bookers } }) as Service
const person = { enterprise: null } as Me
const clerk = { enterprise: { id: 'e' } } as Me

it('tells for whom alone a service is, to those who are not among them', () => {
  expect((['everybody', 'enterprises', 'persons'] as const).map((one) => [onlyFor(service(one)), notYours(service(one), person), notYours(service(one), clerk)])).toEqual([
    [undefined, undefined, undefined],
    ['enterprises', 'enterprises', undefined],
    ['persons', undefined, 'persons'],
  ])
})
