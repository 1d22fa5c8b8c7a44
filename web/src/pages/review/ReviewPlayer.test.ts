import type { VueWrapper } from '@vue/test-utils'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { press, show, words } from '../../../tests/show'
import type { Playback } from '../../api/types'
import { detail, integrity, playback, track } from './fakes'
import ReviewPlayer from './ReviewPlayer.vue'

vi.mock('../../api/client', () => ({ api: { GET: vi.fn() }, take: vi.fn(), onSignedOut: vi.fn() }))

// as in a browser; this stand-in for one knows no such names
Object.assign(HTMLMediaElement, { HAVE_NOTHING: 0, HAVE_METADATA: 1, HAVE_CURRENT_DATA: 2, HAVE_FUTURE_DATA: 3, HAVE_ENOUGH_DATA: 4 })

/** Whether pictures have come so far that they could be played. */
let ready = true
let closed: ReturnType<typeof vi.spyOn>
const times = new WeakMap<HTMLMediaElement, number>()
/** Where pictures stand, and that a browser tells when it has found the place. */
const currentTime: PropertyDescriptor & ThisType<HTMLMediaElement> = {
  configurable: true,
  get() {
    return times.get(this) ?? 0
  },
  set(seconds: number) {
    times.set(this, seconds)
    queueMicrotask(() => this.dispatchEvent(new Event('seeked')))
  },
}
Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', currentTime)
beforeEach(() => {
  ready = true
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  const video = HTMLMediaElement.prototype
  vi.spyOn(video, 'play').mockResolvedValue(undefined)
  vi.spyOn(video, 'pause').mockReturnValue(undefined)
  closed = vi.spyOn(video, 'load').mockReturnValue(undefined)
  vi.spyOn(video, 'readyState', 'get').mockImplementation(() => (ready ? HTMLMediaElement.HAVE_ENOUGH_DATA : HTMLMediaElement.HAVE_NOTHING))
  vi.spyOn(video, 'duration', 'get').mockImplementation(() => (ready ? 60 : NaN))
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const draw = (one: Playback = playback()) => show(ReviewPlayer, { props: { playback: one, detail }, areas: ['review'], language: 'en' })
const key = async (name: string, on: EventTarget = document.body) => {
  on.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))
  await nextTick()
}
const at = (player: VueWrapper) => words(player.find('.tc b'))
const tile = (player: VueWrapper, name: string) => {
  const found = player.findAll('.person').find((one) => words(one).includes(name))
  if (!found) throw new Error(`nobody is called ${name}`)
  return found
}
async function goes(ms: number) {
  await vi.advanceTimersByTimeAsync(ms)
  await nextTick()
}

describe('the review player', () => {
  it('shows of each person why there is no picture, and none of that where there is one', async () => {
    const player = await draw()
    const [lin, zhou] = ['Lin', 'Zhou'].map((name) => () => tile(player, name).find('.nothing'))
    expect(words(lin!())).toBe('No recording yet')
    expect(zhou!().exists()).toBe(false)
    await key('l')
    expect(lin!().exists()).toBe(false)
    await key('l')
    await key('l')
    expect(at(player)).toBe('00:00:30')
    expect(words(lin!())).toBe('missing here')
    await key('l')
    await key('l')
    expect(words(lin!())).toBe('has left')
  })

  it('says of a picture that does not load that it cannot be played, and goes on with the others', async () => {
    const player = await draw()
    await tile(player, 'Zhou').find('video').trigger('error')
    expect(words(tile(player, 'Zhou').find('.nothing'))).toBe('This part cannot be played')
    await press(player, 'Play (')
    await goes(2_000)
    expect(at(player)).toBe('00:00:02')
  })

  it('shows one picture large, of which it tells how much of it there is, and another one on demand', async () => {
    const player = await draw()
    expect(tile(player, 'Zhou').classes()).toContain('large')
    expect(words(tile(player, 'Zhou').find('.note'))).toBe('1 recorded part · complete')
    await press(player, 'Show large: Lin')
    expect(tile(player, 'Zhou').classes()).not.toContain('large')
    expect(words(tile(player, 'Lin').find('.note'))).toBe('1 recorded part · 2.0 s missing')
  })

  it('plays and pauses by button and key, and ends at its end', async () => {
    const player = await draw()
    await press(player, 'Play (')
    await goes(3_000)
    expect(at(player)).toBe('00:00:03')
    await key(' ')
    expect(player.find('.main').attributes('aria-label')).toContain('Play (')
    await goes(3_000)
    expect(at(player)).toBe('00:00:03')
    await key('k')
    for (const _ of [1, 2, 3, 4, 5]) await key('l')
    await goes(9_000)
    expect(at(player)).toBe('00:01:00')
    expect(player.find('.main').attributes('aria-label')).toContain('Play (')
  })

  it('waits for a picture that is not there yet, says for whose, and no longer than ten seconds', async () => {
    ready = false
    const player = await draw()
    await press(player, 'Play (')
    await goes(1_000)
    expect(at(player)).toBe('00:00:00')
    expect(words(player.find('[role="status"]'))).toContain('waiting for the picture of Zhou')
    await goes(12_000)
    expect(words(player.find('[role="status"]'))).toBe('')
    expect(at(player)).not.toBe('00:00:00')
  })

  it('brings every picture to where the timeline stands, by when each began', async () => {
    const player = await draw()
    await key('l')
    await key('l')
    expect(['Lin', 'Zhou'].map((name) => (tile(player, name).find('video').element as HTMLVideoElement).currentTime)).toEqual([10, 20])
  })

  it('opens of many parts what shows and what comes next, and closes what has been', async () => {
    const tracks = ['Lin', 'Zhou'].flatMap((name) => Array.from({ length: 6 }, (_, at) => track(name, at, at * 30_000, 28_000)))
    const player = await draw(playback({ tracks, missing: [], duration_ms: 180_000 }))
    const open = () => player.findAll('video').map((video) => video.attributes('src'))
    const first = player.findAll('video').map((video) => video.element)
    expect(open()).toHaveLength(2)
    expect(closed).not.toHaveBeenCalled()
    await key('l')
    await key('l')
    expect(open()).toHaveLength(4)
    await key('l')
    await key('l')
    expect(open()).toHaveLength(2)
    // told that there is nothing, or it would go on reading
    expect(first.map((video) => [video.isConnected, video.hasAttribute('src')])).toEqual([[false, false], [false, false]])
    expect(closed).toHaveBeenCalledTimes(2)
  })

  it('goes picture by picture in the large one by key and button, and the others come along', async () => {
    const player = await draw()
    for (const _ of [1, 2]) await key('l')
    await press(player, 'Play (')
    await press(player, 'Next picture')
    await goes(500)
    // this stand-in for a browser does not tell which picture it shows
    expect(Number(words(player.find('.tc b + .num')).slice(1))).toBe(40)
    expect(player.find('.main').attributes('aria-label')).toContain('Play (')
    await key('.')
    await goes(500)
    await key(',')
    await goes(500)
    expect(words(player.find('.tc b + .num'))).toBe('.040')
    const stand = player.findAll('video').map((video) => (video.element as HTMLVideoElement).currentTime)
    expect(stand.map((time) => Number(time.toFixed(2)))).toEqual([20.04, 10.04])
  })

  it('tells what is missing in words, and goes to just before it', async () => {
    const player = await draw()
    const item = player.find('.gaps li')
    expect(words(item)).toBe('00:00:30–00:00:32LinPicture and sound · lost on the network · 2.0 s missing')
    await item.find('button').trigger('click')
    expect(at(player)).toBe('00:00:28')
    expect((await draw(playback({ missing: [] }))).find('.gaps').exists()).toBe(false)
  })

  it('offers the whole screen where there is such a thing', async () => {
    const without = await draw()
    expect(without.find('[aria-keyshortcuts="F"]').exists()).toBe(false)
    without.unmount()
    const asked = vi.fn(async () => {})
    Object.assign(document, { fullscreenEnabled: true })
    Object.assign(HTMLElement.prototype, { requestFullscreen: asked })
    const player = await draw()
    await player.find('[aria-keyshortcuts="F"]').trigger('click')
    await key('f')
    expect(asked).toHaveBeenCalledTimes(2)
    Object.assign(document, { fullscreenElement: player.find('.theatre').element })
    document.dispatchEvent(new Event('fullscreenchange'))
    await nextTick()
    expect(player.find('[aria-keyshortcuts="F"]').attributes('aria-pressed')).toBe('true')
    for (const name of ['fullscreenEnabled', 'fullscreenElement']) Reflect.deleteProperty(document, name)
    Reflect.deleteProperty(HTMLElement.prototype, 'requestFullscreen')
  })

  it('leaves keys alone that mean something where they are pressed', async () => {
    const player = await draw()
    await key('l', player.find('select').element)
    expect(at(player)).toBe('00:00:00')
    await key(' ', player.find('.enlarge').element)
    expect(player.find('.main').attributes('aria-label')).toContain('Play (')
    await key('End')
    expect(at(player)).toBe('00:00:00')
    await key('End', player.find('[role="slider"]').element)
    expect(at(player)).toBe('00:01:00')
  })

  it('mutes one person and nobody else', async () => {
    const player = await draw()
    const mute = (name: string) => tile(player, name).find('.sound button')
    await mute('Lin').trigger('click')
    expect(['Lin', 'Zhou'].map((name) => [mute(name).attributes('aria-pressed'), (tile(player, name).find('video').element as HTMLVideoElement).muted]))
      .toEqual([['true', true], ['false', false]])
  })

  it('warns above all where something is not as it was taken', async () => {
    expect((await draw()).find('.banner-bad').exists()).toBe(false)
    const broken = integrity({ state: 'broken', fault: { where: 'recording', id: 'Lin0', text: { 'zh-CN': '不符', en: 'A block differs.' } } as Playback['integrity']['fault'] })
    expect((await draw(playback({ integrity: broken }))).find('.banner-bad').exists()).toBe(true)
  })

  it('says so where nothing was recorded, and offers nothing to play', async () => {
    const player = await draw(playback({ tracks: [], missing: [], duration_ms: 0 }))
    expect(words(player)).toContain('This meeting has no recordings.')
    expect(player.findAll('.person')).toHaveLength(0)
    expect(player.find('[role="slider"]').exists() || player.find('.transport').exists()).toBe(false)
  })

  it('begins where the first picture does', async () => {
    const player = await draw(playback({ tracks: [track('Lin', 0, 10_000, 40_000)], missing: [] }))
    expect(at(player)).toBe('00:00:10')
    expect(tile(player, 'Lin').find('.nothing').exists()).toBe(false)
  })
})
