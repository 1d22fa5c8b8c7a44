import { effectScope } from 'vue'
import { expect, it } from 'vitest'
import { useLoad } from './load'

it('is done reloading when the answer that counts has come', async () => {
  const answers: ((text: string) => void)[] = []
  const scope = effectScope()
  const load = scope.run(() => useLoad(() => new Promise<string>((answer) => answers.push(answer))))!
  answers[0]!('first')
  await expect.poll(() => load.data.value).toBe('first')

  let done = false
  const reloading = load.reload().then(() => (done = true))
  const overtaking = load.reload()
  // the one that was overtaken says nothing any more
  answers[1]!('late')
  await new Promise((soon) => setTimeout(soon))
  expect([load.data.value, done]).toEqual(['first', false])
  answers[2]!('second')
  await Promise.all([reloading, overtaking])
  expect(load.data.value).toBe('second')
  scope.stop()
})
