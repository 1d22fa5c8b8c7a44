// When this machine may be in another network than before: connections that were made in the old one are worth a look.
import { onScopeDispose } from 'vue'

type Connection = EventTarget & { type?: string }

export interface NetworkPorts {
  window: Pick<Window, 'addEventListener' | 'removeEventListener'>
  /** Only some browsers have it, and it changes with every guess of the speed. */
  connection: Connection | undefined
}

const thisMachine = (): NetworkPorts => ({ window, connection: (navigator as { connection?: Connection }).connection })

export function onOtherNetwork(callback: () => void, { window: page, connection } = thisMachine()): void {
  let type = connection?.type
  const onChange = () => {
    const before = type
    type = connection?.type
    if (type !== before) callback()
  }
  const onOnline = () => callback()
  page.addEventListener('online', onOnline)
  connection?.addEventListener('change', onChange)
  onScopeDispose(() => {
    page.removeEventListener('online', onOnline)
    connection?.removeEventListener('change', onChange)
  })
}
