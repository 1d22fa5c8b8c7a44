import { api } from '../../api/client'
import { stagesText, type StageAt } from '../../rules/stages'

/** Asks for the ways to have stages together. `moving`: a booking that gives its own places back for them. */
export function waysOf(serviceId: string, stages: StageAt[], from: string, moving?: string) {
  const query = { stages: stagesText(stages), from, ...(moving && { moving }) }
  return api.GET('/api/v1/services/{id}/alternatives', { params: { path: { id: serviceId }, query } })
}
