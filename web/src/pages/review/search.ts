import type { LocationQuery } from 'vue-router'
import { normaliseReference } from '../../rules/reference'

export type Facet = 'reference' | 'from' | 'to' | 'enterprise' | 'officer'
export type Search = Record<Facet, string>

/** What the address asks for. */
export function searchOf(query: LocationQuery): Search {
  const read = (facet: Facet) => (typeof query[facet] === 'string' ? query[facet] : '')
  return { reference: read('reference'), from: read('from'), to: read('to'), enterprise: read('enterprise'), officer: read('officer') }
}

/** What is asked for, without what was left empty: as it goes into the address and to the program. */
export function asked(search: Search): Partial<Search> {
  const tidy = { ...search, reference: normaliseReference(search.reference), enterprise: search.enterprise.trim(), officer: search.officer.trim() }
  return Object.fromEntries(Object.entries(tidy).filter(([, value]) => value))
}

// the way back from a session leads to the search it was found with
let last = '/review'
export const rememberSearch = (address: string) => (last = address)
export const lastSearch = () => last
