import { describe, expect, it, vi } from 'vitest'
import { FakeStream, FakeTrack } from './fakes'
import { OwnShare, type ShareState } from './share'

const named = (name: string) => Object.assign(new Error(name), { name })
const given = (kind = 'video') => new FakeStream([new FakeTrack(kind)])

function open({ display, camera = async () => given(), oneCamera = false, faceOn = true }: {
  display?: () => Promise<unknown>; camera?: (want: MediaStreamConstraints) => Promise<unknown>; oneCamera?: boolean; faceOn?: boolean
} = {}) {
  const states: ShareState[] = []
  const face = { on: faceOn, isOn: () => face.on, set: vi.fn(async (on: boolean) => void (face.on = on)) }
  const devices = { getUserMedia: vi.fn(camera), ...(display && { getDisplayMedia: vi.fn(display) }) }
  const share = new OwnShare({ devices: devices as never, oneCamera, face }, (now) => states.push(now))
  const track = () => share.state.shared?.track as unknown as FakeTrack & { contentHint?: string }
  return { share, states, face, devices, track }
}

describe('what one shows', () => {
  it('is the screen without sound, sharp rather than smooth, until it is stopped', async () => {
    const { share, track, devices, states } = open({ display: async () => given() })
    await share.start('screen')
    expect(share.state).toMatchObject({ shared: { source: 'screen' }, asking: null, problem: null })
    expect(devices.getDisplayMedia).toHaveBeenCalledWith(expect.objectContaining({ audio: false, selfBrowserSurface: 'exclude' }))
    const shown = track()
    expect(shown.contentHint).toBe('text')
    await share.stop()
    expect([shown.stopped, share.state.shared]).toEqual([true, null])
    expect(states.map(({ asking }) => asking)).toEqual(['screen', null, null])
  })

  it('ends by the browser’s own bar too, and says so', async () => {
    const { share, track } = open({ display: async () => given() })
    await share.start('screen')
    track().onended?.()
    expect(share.state).toMatchObject({ shared: null, ended: true })
  })

  it('is one thing at a time: what was shown goes on until the next is there', async () => {
    let choose: (stream: unknown) => void = () => {}
    const { share, track } = open({ display: () => new Promise((resolve) => (choose = resolve)) })
    await share.start('document', 'camera-2')
    const papers = track()
    const asked = share.start('screen')
    expect(papers.stopped).toBe(false)
    choose(given())
    await asked
    expect([papers.stopped, share.state.shared?.source]).toEqual([true, 'screen'])
  })

  it('goes on when nothing else is chosen, and tells why there is nothing new', async () => {
    const { share, track } = open({ display: () => Promise.reject(named('NotAllowedError')) })
    await share.start('document', 'camera-2')
    await share.start('screen')
    expect(share.state).toMatchObject({ shared: { source: 'document' }, problem: { source: 'screen', why: 'denied' } })
    expect(track().stopped).toBe(false)
  })

  it('gives back what is granted after it was called off', async () => {
    let choose: (stream: unknown) => void = () => {}
    const { share } = open({ display: () => new Promise((resolve) => (choose = resolve)) })
    const asked = share.start('screen')
    await share.stop()
    const late = new FakeTrack('video')
    choose(new FakeStream([late]))
    await asked
    expect([late.stopped, share.state.shared]).toEqual([true, null])
  })

  it('cannot be the screen where the browser knows no such thing', async () => {
    const { share } = open()
    expect(share.canScreen).toBe(false)
    await share.start('screen')
    expect(share.state.problem?.why).toBe('unsupported')
  })

  it('is on a phone the camera at the back, for which the one in front makes way and comes back', async () => {
    const { share, face, devices, track } = open({ oneCamera: true })
    await share.start('document')
    expect(devices.getUserMedia).toHaveBeenCalledWith({ video: expect.objectContaining({ facingMode: { ideal: 'environment' } }) })
    expect([face.on, track().contentHint]).toEqual([false, 'detail'])
    await share.stop()
    expect(face.on).toBe(true)
    await share.start('document')
    track().onended?.()
    await Promise.resolve()
    expect(face.on).toBe(true)
  })

  it('leaves a camera off that was off', async () => {
    const { share, face } = open({ oneCamera: true, faceOn: false })
    await share.start('document')
    await share.stop()
    expect(face.set).not.toHaveBeenCalled()
  })

  it('takes the place of the face where a machine opens one camera only', async () => {
    let asked = 0
    const { share, face } = open({ camera: async () => {
      if (++asked === 1) throw named('NotReadableError')
      return given()
    } })
    await share.start('document', 'camera-2')
    expect([share.state.shared?.source, face.on]).toEqual(['document', false])
  })

  it('gives the face back when the papers cannot be shown either', async () => {
    const { share, face } = open({ oneCamera: true, camera: () => Promise.reject(named('NotFoundError')) })
    await share.start('document')
    expect([share.state.problem?.why, face.on]).toEqual(['missing', true])
  })
})
