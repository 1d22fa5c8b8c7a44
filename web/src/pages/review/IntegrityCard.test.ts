import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import { take } from '../../api/client'
import { ApiError } from '../../api/problem'
import type { Integrity } from '../../api/types'
import { integrity, playback } from './fakes'
import { tilesOf } from './sync'
import IntegrityCard from './IntegrityCard.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))
beforeEach(() => void vi.mocked(take).mockReset())

const { tracks, missing, starts_at } = playback()
const whole = tilesOf(tracks)
const lacking = tilesOf(tracks, missing)
const draw = (one: Integrity, tiles = whole) => show(IntegrityCard, {
  props: { integrity: one, sessionId: 'session', tiles, zero: Date.parse(starts_at), zone: 'Asia/Shanghai' }, areas: ['review'], language: 'en',
})
const fault = (more: object) => ({ column: null, entry: null, id: '9', table: null, text: { 'zh-CN': '不符', en: 'It does not fit.' }, ...more }) as Integrity['fault']

describe('the verdict about a meeting', () => {
  it('is short where all is as it was taken, and tells on demand what was checked', async () => {
    const card = await draw(integrity())
    expect(words(card.find('h2'))).toBe('Intact')
    expect(card.find('details').attributes('open')).toBeUndefined()
    expect(card.findAll('.checks .bad')).toHaveLength(0)
    expect(words(card.find('.checks'))).toContain('2 recordings, 8 blocks are as they were taken')
  })

  it('tells how far each track was from the clock of the server, and where nobody measured it', async () => {
    const [lin, zhou] = tracks
    const parts = [{ ...lin!, video_error_ms: 130 }, { ...lin!, recording_id: 'Lin1', segment: 1, audio_error_ms: 9, video_error_ms: null }, { ...zhou!, audio_error_ms: null, video_error_ms: null }]
    const card = await draw(integrity(), tilesOf(parts))
    const lines = card.findAll('.checks li').map((line) => words(line)).filter((line) => line.startsWith('Time'))
    expect(lines).toEqual([
      'Time Zhou · camera · its distance from the clock of the server was not measured',
      'Time Lin · camera · sound at most 9 ms from the clock of the server, picture at most 130 ms from the clock of the server',
    ])
    expect(card.findAll('.checks .warn')).toHaveLength(1)
  })

  it('tells with it what is missing, which no check can bring back', async () => {
    const card = await draw(integrity(), lacking)
    expect(words(card.find('h2'))).toBe('Intact · 1 gap, 2.0 s in all')
    expect(words(card.find('.checks .warn'))).toMatch(/Lin 14:00:30–14:00:32 · 2.0 s missing · lost on the network/)
  })

  it.each([
    ['an entry', fault({ where: 'entry' }), 'Entry 9', 0],
    ['a value', fault({ where: 'row', table: 'booking', column: 'state' }), 'Data booking.state', 1],
    ['a recording', fault({ where: 'recording', id: 'Lin0' }), 'Lin, camera, part 1', 2],
    ['a recording that is not shown', fault({ where: 'recording', id: 'strange-000042' }), 'Recording 000042', 2],
  ])('names %s that does not fit, and opens what was checked', async (_what, what, named, check) => {
    const recordings = integrity().recordings.map((one) => ({ ...one, fault: what?.where === 'recording' && one.id === 'Lin0' ? 'block 2 differs' : null }))
    if (what?.id === 'strange-000042') recordings.push({ ...recordings[0]!, id: what.id, fault: 'block 1 differs' })
    const card = await draw(integrity({ state: 'broken', fault: what, recordings }))
    expect(words(card.find('h2'))).toBe('Not as it was taken')
    expect(words(card.find('.fault'))).toContain(named)
    expect(words(card.find('.fault'))).toContain('It does not fit.')
    expect(card.find('details').attributes('open')).toBeDefined()
    expect(card.findAll('.checks > li').slice(0, 3).map((one) => one.classes('bad'))).toEqual([0, 1, 2].map((index) => index === check))
  })

  it('says what could not be compared, and what is not finished', async () => {
    expect(words(await draw(integrity({ compared: { values: 120, not_told: 3 } })))).toContain('3 values have no entry to be compared with')
    expect(words((await draw(integrity({ state: 'incomplete' }))).find('h2'))).toBe('Not finished yet')
  })

  it('is asked for again, and stays as it was when that fails', async () => {
    vi.mocked(take).mockResolvedValueOnce(integrity({ state: 'broken', fault: fault({ where: 'entry' }) }))
    const card = await draw(integrity())
    await press(card, 'Check again')
    await flushPromises()
    expect(words(card.find('h2'))).toBe('Not as it was taken')
    vi.mocked(take).mockRejectedValueOnce(new ApiError({ code: 'node_away', status: 503, title: 'Not now.' }))
    await press(card, 'Check again')
    await flushPromises()
    expect(words(card)).toContain('Not now.')
    expect(words(card.find('h2'))).toBe('Not as it was taken')
  })
})
