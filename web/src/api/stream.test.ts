import { describe, expect, it, vi } from 'vitest'
import type { Listener, Live } from './events'
import { Stream } from './stream'

function begin() {
  const sources: { path: string; listener: Listener; closed: boolean }[] = []
  const told = { live: [] as Live[], events: [] as string[], refused: vi.fn() }
  const stream = new Stream((path, _names, listener) => {
    const source = { path, listener, closed: false }
    sources.push(source)
    return () => (source.closed = true)
  }, { live: (now) => told.live.push(now), event: (name) => told.events.push(name), refused: told.refused })
  return { stream, sources, told, closed: () => sources.map((one) => one.closed) }
}

describe('the one stream', () => {
  it('is about each topic once, in an order of its own', () => {
    const { stream, sources } = begin()
    stream.follow(new Set(['session:b', 'day', 'session:a'] as const))
    expect(sources.map(({ path }) => path)).toEqual(['/api/v1/events?topics=day,session:a,session:b'])
  })

  it('stays as it is when nothing changes, unless somebody has come who knows nothing', () => {
    const { stream, sources } = begin()
    stream.follow(['day', 'session:a'])
    stream.follow(['session:a', 'day'])
    expect(sources).toHaveLength(1)
    stream.follow(['day', 'session:a'], true)
    expect(sources).toHaveLength(2)
  })

  it('goes on until the next one is there, and tells nothing twice', () => {
    const { stream, sources, told, closed } = begin()
    stream.follow(['day'])
    sources[0]?.listener.live('live')
    stream.follow(['day', 'session:a'])
    sources[0]?.listener.event('day', '{}')
    expect([told.events, closed()]).toEqual([['day'], [false, false]])
    sources[1]?.listener.live('live')
    sources[0]?.listener.event('day', '{}')
    sources[1]?.listener.event('session', '{}')
    expect([told.events, closed()]).toEqual([['day', 'session'], [true, false]])
  })

  it('that comes and is not needed any more goes without having been one', () => {
    const { stream, sources, told, closed } = begin()
    stream.follow(['day'])
    sources[0]?.listener.live('live')
    stream.follow(['day', 'session:a'])
    stream.follow(['day', 'session:b'])
    expect(closed()).toEqual([false, true, false])
    sources[1]?.listener.live('live')
    expect(closed()).toEqual([false, true, false])
    sources[2]?.listener.live('live')
    expect([told.live, closed()]).toEqual([['live', 'live'], [true, true, false]])
  })

  it('that cannot be opened takes the place of the old one, so that it is told', () => {
    const { stream, sources, told, closed } = begin()
    stream.follow(['day'])
    sources[0]?.listener.live('live')
    stream.follow(['session:a'])
    sources[1]?.listener.live('lost')
    sources[1]?.listener.refused()
    expect([told.live.at(-1), told.refused.mock.calls.length, closed()]).toEqual(['lost', 1, [true, false]])
  })

  it('ends when nothing is followed, and when it is closed', () => {
    const { stream, told, closed } = begin()
    stream.follow(['day'])
    stream.follow([])
    expect([told.live, closed()]).toEqual([['connecting'], [true]])
    stream.follow(['day'])
    stream.close()
    expect(closed()).toEqual([true, true])
  })
})
