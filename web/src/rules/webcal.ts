// The address of a calendar as calendar apps take it for a subscription and not for a file.
export function inCalendarApp(url: string): string {
  return url.replace(/^https?:/, 'webcal:')
}
