import { beforeEach, describe, expect, it, vi } from 'vitest'
import { show, words } from '../../../tests/show'
import ShareTile from './ShareTile.vue'

const play = vi.spyOn(HTMLMediaElement.prototype, 'play')
beforeEach(() => void play.mockReset().mockResolvedValue())
const draw = (props: Record<string, unknown>) => show(ShareTile, {
  props: { name: 'Lin', source: 'screen', stream: new MediaStream(), connected: true, ...props }, areas: ['session'], language: 'en',
})

describe('the tile of what is shown', () => {
  it.each([
    ['moves', {}, true, null],
    ['is on its way', {}, false, 'Connecting the picture…'],
    ['comes back', { connected: false }, true, 'The picture is coming back…'],
    ['has stopped', { stopped: true }, true, 'The picture has stopped'],
    ['is one’s own papers', { own: true, source: 'document', stream: null, track: {} }, false, null],
    ['is one’s own screen, which would be in itself', { own: true, stream: null }, false, 'The others see the screen that you share'],
  ])('tells when it %s', async (_what, props, moves, expected) => {
    const tile = await draw(props)
    if (moves) await tile.find('video').trigger('playing')
    const instead = tile.find('.instead')
    if (expected === null) expect(instead.exists()).toBe(false)
    else expect(words(instead)).toContain(expected)
  })

  it('says whose it is and what', async () => {
    expect(words((await draw({})).find('.whose'))).toBe('Lin · screen')
    expect(words((await draw({ source: 'document', own: true, stream: null })).find('.whose'))).toBe('You · papers')
  })
})
