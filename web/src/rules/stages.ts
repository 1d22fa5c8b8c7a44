// Stages of clearance as a booking has them and as an address of the slots page names them. Pure.
import type { BookedStage, Booking, ServiceStage, Stage, StageWay, WantedStage } from '../api/types'

/** A stage and where it is to take place. */
export type StageAt = Pick<WantedStage, 'stage' | 'site'>

/** What is taken: a slot of the service, or stages that are had together. */
export type Place = { starts_at: string } | { stages: WantedStage[] }

const AT_ENTERPRISE = '@enterprise'

/** "declaration,inspection@enterprise": in the address, and as the program takes it. */
export function stagesText(stages: StageAt[]): string {
  return stages.map(({ stage, site }) => (site === 'enterprise' ? `${stage}${AT_ENTERPRISE}` : stage)).join(',')
}

/** The same read again; what the service has not is left out. */
export function stagesOf(text: string, known: { stage: Stage; at_enterprise: boolean }[]): StageAt[] {
  const named = text.split(',')
  return known.flatMap(({ stage, at_enterprise }): StageAt[] => {
    const there = at_enterprise && named.includes(`${stage}${AT_ENTERPRISE}`)
    return there || named.includes(stage) ? [{ stage, site: there ? 'enterprise' : 'office' }] : []
  })
}

/** The starts of a place, as the address has them. */
export function startsText(place: Place): string {
  return 'stages' in place ? place.stages.map((stage) => stage.starts_at).join(',') : place.starts_at
}

/** The place that stages and starts of an address name together; none where they do not go together. */
export function placeOf(stages: StageAt[], starts: string): Place | undefined {
  const times = starts.split(',').filter((time) => !Number.isNaN(Date.parse(time)))
  if (!stages.length) return times.length === 1 ? { starts_at: times[0] ?? '' } : undefined
  if (times.length !== stages.length) return undefined
  return { stages: stages.map((stage, index) => ({ ...stage, starts_at: times[index] ?? '' })) }
}

export function placeOfWay(way: StageWay): { stages: WantedStage[] } {
  return { stages: way.stages.map(({ stage, site, starts_at }) => ({ stage, site, starts_at })) }
}

/** The place a booking has. */
export function placeOfBooking({ starts_at, stages }: Pick<Booking, 'starts_at' | 'stages'>): Place {
  return stages.length ? placeOfWay({ stages }) : { starts_at }
}

export function samePlace(one: Place | undefined, other: Place | undefined): boolean {
  if (!one || !other) return false
  const plain = (place: Place) => startsText(place).split(',').map((time) => Date.parse(time)).join()
  const sites = (place: Place) => ('stages' in place ? stagesText(place.stages) : '')
  return plain(one) === plain(other) && sites(one) === sites(other)
}

/** The same place with one of its stages at another time. */
export function placeWith(stages: BookedStage[], moved: Stage, starts_at: string): Place {
  return placeOfWay({ stages: stages.map((one) => (one.stage === moved ? { ...one, starts_at } : one)) })
}

const MINUTE_MS = 60_000

/**
 * Between which instants a stage can begin while the ones before and after it stay as they are; infinite where none
 * stands on that side. Nothing can be found where the first comes after the last. `known`: the stages of the service.
 */
export function roomOf(moved: Stage, stages: BookedStage[], known: ServiceStage[]): { from: number; to: number } {
  const at = stages.findIndex(({ stage }) => stage === moved)
  const termsOf = (name?: Stage) => known.find(({ stage }) => stage === name)
  const [before, after] = [stages[at - 1], stages[at + 1]]
  const [own, next] = [termsOf(moved), termsOf(after?.stage)]
  if (!own) return { from: Infinity, to: -Infinity }
  const ends = before ? Date.parse(before.ends_at) : NaN
  // when it must have begun so that it is over in time for the next one
  const latest = after ? Date.parse(after.starts_at) - own.duration_minutes * MINUTE_MS : NaN
  return {
    from: Math.max(before ? ends + own.gap_least_minutes * MINUTE_MS : -Infinity, next ? latest - next.gap_most_minutes * MINUTE_MS : -Infinity),
    to: Math.min(before ? ends + own.gap_most_minutes * MINUTE_MS : Infinity, next ? latest - next.gap_least_minutes * MINUTE_MS : Infinity),
  }
}

/** What an officer does next to a booking's stages; nothing where it is not their time. */
export function nextTick({ stages, state, can }: Pick<Booking, 'stages' | 'state' | 'can'>): { stage: Stage; step: 'begin' | 'end' } | undefined {
  if (state !== 'checked_in' && !can.check_in) return undefined
  const next = stages.find((stage) => !stage.ended_at)
  return next && { stage: next.stage, step: next.began_at ? 'end' : 'begin' }
}

/** The stage that goes on now. */
export const running = (stages: BookedStage[]) => stages.find((stage) => stage.began_at && !stage.ended_at)

const EARLY_MS = 60 * 60_000

/** Whether a booking's clearance clock may move at any moment, so that whoever looks at it wants to see it. */
export function clockMayMove({ stages, state, starts_at }: Pick<Booking, 'stages' | 'state' | 'starts_at'>, now: number): boolean {
  if (!stages.length) return false
  return state === 'checked_in' || (state === 'accepted' && Date.parse(starts_at) - now < EARLY_MS)
}
