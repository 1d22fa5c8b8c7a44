import { expect, it } from 'vitest'
import { asked, searchOf } from './search'

it('reads what the address asks for and leaves out what is empty', () => {
  const search = searchOf({ reference: 'mq 2611-4k', from: '2026-09-01', enterprise: ' 雪原 ', officer: ['a', 'b'] })
  expect(asked(search)).toEqual({ reference: 'MQ26114K', from: '2026-09-01', enterprise: '雪原' })
})
