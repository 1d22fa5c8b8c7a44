import { effectScope } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { onOtherNetwork } from './network'

function machine(type?: string) {
  const page = new EventTarget()
  const connection = Object.assign(new EventTarget(), { type })
  const callback = vi.fn()
  const scope = effectScope()
  scope.run(() => onOtherNetwork(callback, { window: page as unknown as Window, connection }))
  const change = (to?: string) => {
    connection.type = to
    connection.dispatchEvent(new Event('change'))
  }
  return { page, callback, scope, change }
}

describe('another network', () => {
  it('is told when the machine is back on line, and when the kind of its line changes', () => {
    const { page, callback, change } = machine('wifi')
    page.dispatchEvent(new Event('online'))
    expect(callback).toHaveBeenCalledTimes(1)
    change('cellular')
    expect(callback).toHaveBeenCalledTimes(2)
  })

  it('is not told when only the guess of the speed changes', () => {
    for (const type of ['wifi', undefined]) {
      const { callback, change } = machine(type)
      change(type)
      expect(callback).not.toHaveBeenCalled()
    }
  })

  it('is not told to a page that is gone, and not missed where the browser does not say', () => {
    const { page, callback, scope, change } = machine('wifi')
    scope.stop()
    page.dispatchEvent(new Event('online'))
    change('cellular')
    expect(callback).not.toHaveBeenCalled()
    expect(() => effectScope().run(() => onOtherNetwork(callback, { window: new EventTarget() as unknown as Window, connection: undefined }))).not.toThrow()
  })
})
