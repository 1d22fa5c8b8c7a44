// Which addresses lead to pages of ours. What a link or a query says is anybody's word; browsers read `/\host`,
// `//host` and `/<tab>/host` as other hosts.

/** Slashes, backslashes and control characters that hide behind a percent sign. */
const HIDDEN = /%(?:2f|5c|[01][0-9a-f]|7f)/i

/** The path of ours that is meant, or '' when it may lead elsewhere. */
export function ownPath(wanted: unknown, origin: string = location.origin): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e\u{a1}-\u{d7ff}\u{e000}-\u{10ffff}]*$/u.test(wanted)) return ''
  const path = wanted.split(/[?#]/, 1)[0]
  if (path === undefined || path.includes('//') || HIDDEN.test(path)) return ''
  let url: URL
  try {
    url = new URL(wanted, origin)
  } catch {
    return ''
  }
  // dots are resolved by now: `/.//host` would have become two slashes
  if (url.origin !== origin || url.username || url.pathname.startsWith('//')) return ''
  return url.pathname + url.search + url.hash
}
