// Which counter this device stands at. It stays from day to day: a counter does not move.
const KEPT = 'mianqia.counter'

export interface Counter { venue: string; counter: string }

export function keptCounter(): Counter {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '{}')
    if (found && typeof found === 'object') {
      const { venue, counter } = found as Partial<Record<keyof Counter, unknown>>
      return { venue: typeof venue === 'string' ? venue : '', counter: typeof counter === 'string' ? counter : '' }
    }
  } catch {
    // nothing kept, or what somebody else wrote there
  }
  return { venue: '', counter: '' }
}

export function keepCounter(counter: Counter) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(counter))
  } catch {
    // private mode: as long as the page is open
  }
}
