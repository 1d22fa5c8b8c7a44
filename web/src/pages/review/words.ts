const clocks = new Map<string, Intl.DateTimeFormat>()

/** "14:15:14": a time to the second in a zone. */
export function clockSeconds(instant: string | number, zone: string): string {
  let format = clocks.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
    clocks.set(zone, format)
  }
  return format.format(new Date(instant))
}

/** A digest for reading out: its first groups and its end. */
export function shortHex(hex: string): string {
  return hex.length <= 16 ? hex : `${hex.slice(0, 12).match(/.{4}/g)?.join(' ')} … ${hex.slice(-4)}`
}
