import { describe, expect, it } from 'vitest'
import { ownPath } from './paths'

const ORIGIN = 'https://meet.example'

describe('a path of ours', () => {
  it.each([
    ['/', '/'],
    ['/bookings', '/bookings'],
    ['/staff/day?date=2026-11-26', '/staff/day?date=2026-11-26'],
    ['/bookings/0190-1/form#top', '/bookings/0190-1/form#top'],
    ['/services?name=%E4%BD%93%E6%A3%80', '/services?name=%E4%BD%93%E6%A3%80'],
    ['/services?name=体检', '/services?name=%E4%BD%93%E6%A3%80'],
    ['/review?next=//x&back=/%2Fy', '/review?next=//x&back=/%2Fy'],
    ['/a/../bookings', '/bookings'],
  ])('%s is one', (wanted, path) => expect(ownPath(wanted, ORIGIN)).toBe(path))

  it.each([
    '', undefined, null, ['/', '/'], 7, 'bookings', './bookings', '?x=1', '#x',
    '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\\/evil.example', '/a\\..\\evil',
    '/\t/evil.example', '/\n/evil.example', '/\r/evil.example', '\t//evil.example', ' //evil.example', '/ /evil.example',
    '/%09/evil.example', '/%0a/evil.example', '/%2f/evil.example', '/%2Fevil.example', '/%5cevil.example', '/%5C/evil', '/%00',
    '/.//evil.example', '/..//evil.example', '/a/..//evil.example', '/bookings//evil',
    'https://evil.example', 'https:evil.example', 'https:/evil.example', 'HTTPS://evil.example', 'http://meet.example/',
    'https://meet.example@evil.example/', 'javascript:alert(1)', 'data:text/html,x', 'blob:https://meet.example/1',
    '/\u0000', '/\u0085/x', '/\u00a0x', '/\ud800',
  ])('%j is none', (wanted) => expect(ownPath(wanted, ORIGIN)).toBe(''))
})
