// Small words about times that only the session needs.

/** "00:12:47" */
export function length(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

const clocks = new Map<string, Intl.DateTimeFormat>()
/** "14:12:47" in a zone. */
export function clockWithSeconds(at: number, zone: string): string {
  let format = clocks.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
    clocks.set(zone, format)
  }
  return format.format(at)
}

/** Whole minutes since an instant, never negative. */
export function minutesSince(since: string | null, now: number): number {
  return since ? Math.max(0, Math.floor((now - Date.parse(since)) / 60_000)) : 0
}
