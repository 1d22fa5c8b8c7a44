import type { Service } from '../../api/types'
import { notYours, type OnlyFor } from '../../rules/bookers'
import { isStaff, me } from '../../state/me'

/** Whom else a service is for, where the reader is signed in and not among them: no time of it can be had then. */
export function notMine(service: Service | undefined): OnlyFor | undefined {
  return service && me.value && !isStaff.value ? notYours(service, me.value) : undefined
}
