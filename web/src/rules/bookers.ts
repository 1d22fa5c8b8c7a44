import type { Me, Service } from '../api/types'

/** Who books a service alone, where that is not everybody. */
export type OnlyFor = 'enterprises' | 'persons'

export function onlyFor({ terms }: Pick<Service, 'terms'>): OnlyFor | undefined {
  return terms.bookers === 'everybody' ? undefined : terms.bookers
}

/** For whom alone a service is, where somebody is not among them. */
export function notYours(service: Pick<Service, 'terms'>, me: Pick<Me, 'enterprise'>): OnlyFor | undefined {
  const only = onlyFor(service)
  return (only === 'enterprises') === !!me.enterprise ? undefined : only
}
