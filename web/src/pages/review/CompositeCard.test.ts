import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { api, take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { Composite } from '../../api/types'
import { playback } from './fakes'
import CompositeCard from './CompositeCard.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn(), POST: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
beforeEach(() => {
  vi.mocked(take).mockReset()
  vi.mocked(api.POST).mockReset()
})
afterEach(() => vi.useRealTimers())

const film = (more: Partial<Composite> = {}): Composite => ({
  id: 'film', state: 'asked', percent: null, language: 'en', asked_at: '2026-11-23T08:00:00Z', asked_by: 'Tang', made_at: null,
  kept_until: null, duration_ms: null, bytes: null, sha256: null, originals: [], ...more,
})
const made = (more: Partial<Composite> = {}) => film({
  state: 'made', kept_until: '2026-11-30T08:00:00Z', duration_ms: 60_000, bytes: 3 * 1024 * 1024, sha256: 'cd'.repeat(32),
  originals: ['Lin0', 'Zhou0'].map((recording_id) => ({ recording_id, manifest_sha256: 'ab'.repeat(32), whole: true })), ...more,
})
const draw = async (...answers: Composite[][]) => {
  for (const items of answers) vi.mocked(take).mockResolvedValueOnce({ items })
  const card = await show(CompositeCard, { props: { playback: playback(), zone: 'Asia/Shanghai' }, areas: ['review', 'documents'], language: 'en' })
  await flushPromises()
  return card
}

describe('one film of everything', () => {
  it('says before anything that it is a derivative, and is asked for through the opened playback', async () => {
    const card = await draw([])
    expect(words(card)).toContain('only the original recordings are evidence')
    vi.mocked(take).mockResolvedValueOnce(film()).mockResolvedValueOnce({ items: [film()] })
    await press(card, 'Make the film')
    await flushPromises()
    expect(vi.mocked(api.POST).mock.calls[0]?.[1]).toMatchObject({ body: { playback_id: 'playback' } })
    expect(words(card.find('.going'))).toBe('Waiting for its turn…')
  })

  it('shows how far it is until it is there', async () => {
    vi.useFakeTimers()
    const card = await draw([film({ percent: 40 })])
    expect(words(card.find('.going'))).toBe('Being made: 40 %')
    expect(card.find('progress').attributes('value')).toBe('40')
    vi.mocked(take).mockResolvedValueOnce({ items: [made()] })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(card.find('a').attributes('href')).toBe('/api/v1/review/sessions/session/composites/film/file?playback_id=playback')
    expect(words(card)).toContain('cd'.repeat(32))
    expect(words(card)).toContain('3 MB · 2 recordings')
    // nothing is asked any more once it is there
    vi.mocked(take).mockClear()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(take).not.toHaveBeenCalled()
  })

  it('can be cancelled while it is being made', async () => {
    const card = await draw([film({ percent: 10 })])
    vi.mocked(take).mockResolvedValueOnce(undefined).mockResolvedValueOnce({ items: [film({ state: 'cancelled' })] })
    await press(card, 'Cancel')
    await flushPromises()
    expect(vi.mocked(api.POST).mock.calls[0]?.[1]).toMatchObject({ params: { path: { id: 'session', composite_id: 'film' } } })
    expect(words(card)).toContain('The last one was cancelled.')
  })

  it('tells of originals that are not as they were', async () => {
    const card = await draw([made({ originals: [{ recording_id: 'Lin0', manifest_sha256: null, whole: false }] })])
    expect(words(card.find('.faulty'))).toContain('1 recording is not all as it was taken')
  })

  it.each(['failed', 'removed'] as const)('of one that is %s only what became of it is told', async (state) => {
    const card = await draw([made({ state })])
    expect(card.find('a').exists()).toBe(false)
    expect(words(card)).toMatch(state === 'failed' ? /could not be made/ : /removed after its time/)
  })

  it('says why none can be made', async () => {
    const card = await draw([])
    vi.mocked(take).mockRejectedValueOnce(new ApiError({ code: 'composite_tools', status: 409, title: 'Install ffmpeg.' }))
    await press(card, 'Make the film')
    await flushPromises()
    expect(words(card)).toContain('Install ffmpeg.')
  })
})
