import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { show, words } from '../../../tests/show'
import { guest } from '../../call/fakes'
import CallTile from './CallTile.vue'

const person = { ...guest, name: 'Lin', me: false }
const stream = new MediaStream()
const draw = (props: Record<string, unknown>) => show(CallTile, { props: { person, stream, connected: true, ...props }, areas: ['session'], language: 'en' })

const play = vi.spyOn(HTMLMediaElement.prototype, 'play')
beforeEach(() => void play.mockReset().mockResolvedValue())

describe('the tile of a person', () => {
  const instead = async (props: Record<string, unknown>, moves = false) => {
    const tile = await draw(props)
    if (moves) await tile.find('video').trigger('playing')
    const text = tile.find('.instead')
    return text.exists() ? words(text) : 'picture'
  }

  it.each([
    ['has no camera on', { person: { ...person, camera: false } }, true, 'Camera is off'],
    ['is on its way', {}, false, 'Connecting the picture…'],
    ['moves', {}, true, 'picture'],
    ['is not asked for', { audioOnly: true }, true, 'Sound only'],
    ['has stopped, which would pass for a person who sits still', { pictureStopped: true }, true, 'The picture has stopped'],
    ['was there and is coming back', { connected: false }, true, 'The picture is coming back…'],
    ['is one’s own', { self: true, track: {}, stream: null }, false, 'picture'],
    ['is one’s own without a track', { self: true, track: null, stream: null }, false, 'Connecting the picture…'],
  ])('shows a picture that %s', async (_what, props, moves, expected) => {
    expect(await instead(props, moves)).toBe(expected)
  })

  it('says who is muted, who speaks, and whose sound does not come though they are not muted', async () => {
    const label = async (props: Record<string, unknown>) => {
      const tile = await draw(props)
      return `${tile.find('.who svg').attributes('aria-label')}|${words(tile.find('.who'))}`
    }
    expect(await label({})).toBe('microphone on|Lin')
    expect(await label({ person: { ...person, microphone: false }, soundStopped: true })).toBe('muted|Lin')
    expect(await label({ soundStopped: true })).toContain('no sound')
    expect(await label({ speaking: true })).toContain('speaking')
    expect(await label({ person: { ...person, badge_no: '2316' } })).toContain('badge no. 2316')
  })

  it('tells that the browser holds the sound back, and plays the picture silently meanwhile', async () => {
    play.mockRejectedValueOnce(new DOMException('', 'NotAllowedError'))
    const tile = await draw({})
    await nextTick()
    expect(tile.emitted('blocked')).toHaveLength(1)
    expect(tile.find('video').element.muted).toBe(true)
  })
})
