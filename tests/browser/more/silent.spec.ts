// Picture or sound stops and nobody pressed anything: a switch on the camera, a headset pulled out, a sender that
// hangs. Both pages say so, and what can go on by itself does.
import type { Locator, Page } from '@playwright/test'
import { expect, test } from '../test'
import { acknowledge, bookedSession, expectMovingPictures, meet, person } from '../journey/steps'

type Kind = 'audio' | 'video'
interface Kept { peers: RTCPeerConnection[]; tracks: MediaStreamTrack[] }

/** Keeps what the page gets from the browser, so that a test can do to it what hardware does. Before the page loads. */
async function keepMedia(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept: Kept = { peers: [], tracks: [] }
    Object.assign(window, { kept })
    const Real = RTCPeerConnection
    window.RTCPeerConnection = class extends Real {
      constructor(...given: ConstructorParameters<typeof Real>) {
        super(...given)
        kept.peers.push(this)
      }
    }
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted)
      kept.tracks.push(...stream.getTracks())
      return stream
    }
  })
}

/** The line carries nothing of it any more; neither track nor page hears of it. */
const hang = (page: Page, kind: Kind) => page.evaluate(async (kind) => {
  const { kept } = window as unknown as { kept: Kept }
  for (const peer of kept.peers) {
    for (const sender of peer.getSenders()) if (sender.track?.kind === kind) await sender.replaceTrack(null)
  }
}, kind)

/** The device is gone: the track has ended, and says so. */
const pullOut = (page: Page, kind: Kind) => page.evaluate((kind) => {
  const { kept } = window as unknown as { kept: Kept }
  for (const track of kept.tracks) {
    if (track.kind !== kind || track.readyState === 'ended') continue
    track.stop()
    // Browsers fire it for hardware only.
    track.dispatchEvent(new Event('ended'))
  }
}, kind)

/** The system holds the camera back, or gives it free again. */
const holdBack = (page: Page, held: boolean) => page.evaluate((held) => {
  const { kept } = window as unknown as { kept: Kept }
  for (const track of kept.tracks) {
    if (track.kind !== 'video' || track.readyState === 'ended') continue
    Object.defineProperty(track, 'muted', { value: held, configurable: true })
    track.dispatchEvent(new Event(held ? 'mute' : 'unmute'))
  }
}, held)

/** Whose tile it is on a page. */
const tileOf = (page: Page, name: string): Locator => page.getByRole('list', { name: '参加人' }).getByRole('listitem').filter({ hasText: name })

test.describe('media that stops unnoticed', () => {
  test('a picture and a sound that hang on the way are told on both pages', async ({ browser, server }) => {
    const member = await person(browser, server, 'lin')
    const officer = await person(browser, server, 'zhou')
    await keepMedia(member)
    await meet(member, officer, server)

    await test.step('the picture', async () => {
      await hang(member, 'video')
      await expect(tileOf(officer, '林女士').getByText('画面停住了')).toBeVisible({ timeout: 15_000 })
      await expect(member.getByText('您的画面没有送到对方。')).toBeVisible()
      // What the page advises helps.
      await member.getByRole('button', { name: /^画面/ }).click()
      await member.getByRole('button', { name: /^画面已关/ }).click()
      await expect(member.getByText('您的画面没有送到对方。')).toHaveCount(0)
      await expectMovingPictures(officer, 2)
      await expect(tileOf(officer, '林女士').getByText('画面停住了')).toHaveCount(0)
    })
    await test.step('the sound', async () => {
      await hang(member, 'audio')
      await expect(tileOf(officer, '林女士').getByText('没有声音')).toBeVisible({ timeout: 15_000 })
      await expect(member.getByText('您的声音没有送到对方。')).toBeVisible()
      await expectMovingPictures(officer, 2)
    })
  })

  test('a camera that the system holds back is told on both pages, until it is free again', async ({ browser, server }) => {
    const member = await person(browser, server, 'lin')
    const officer = await person(browser, server, 'zhou')
    await keepMedia(member)
    await meet(member, officer, server)
    await holdBack(member, true)
    await expect(member.getByText('您的摄像头没有画面。')).toBeVisible()
    await expect(tileOf(officer, '林女士').getByText('画面已关闭')).toBeVisible()
    await holdBack(member, false)
    await expect(member.getByText('您的摄像头没有画面。')).toHaveCount(0)
    await expect(tileOf(officer, '林女士').getByText('画面已关闭')).toHaveCount(0)
    await expectMovingPictures(officer, 2)
  })

  test('the next microphone is taken and named when one is pulled out; a camera is for its owner to choose', async ({ browser, server }) => {
    const member = await person(browser, server, 'lin')
    const officer = await person(browser, server, 'zhou')
    await keepMedia(member)
    await meet(member, officer, server)

    await pullOut(member, 'audio')
    const told = member.getByText(/原来的麦克风断开了，现在用“(.+)”/)
    await expect(told).toBeVisible()
    const sent = await member.evaluate(() => {
      const { kept } = window as unknown as { kept: Kept }
      const tracks = kept.peers.flatMap((peer) => peer.getSenders()).flatMap(({ track }) => (track?.kind === 'audio' ? [track] : []))
      return tracks.map(({ label, readyState }) => ({ label, readyState }))
    })
    expect(sent).toEqual([{ label: (await told.innerText()).match(/“(.+)”/)![1], readyState: 'live' }])
    // Long enough for the program to miss it, if it were missing.
    await member.waitForTimeout(6_000)
    await expect(tileOf(officer, '林女士').getByText('没有声音')).toHaveCount(0)

    await pullOut(member, 'video')
    await expect(member.getByText('摄像头用不了，请检查后再打开。')).toBeVisible()
    await expect(tileOf(officer, '林女士').getByText('画面已关闭')).toBeVisible()
    await expect(tileOf(officer, '林女士').getByText('没有声音')).toHaveCount(0)
  })
})

test('who comes to let somebody in after a colleague did is told, and enters only if they want to', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  const booking = await bookedSession(member, server)
  await member.goto(`/session/${booking}`)
  await acknowledge(member)
  await member.getByRole('button', { name: '可以了，进入等候' }).click()
  await officer.goto('/staff/day')
  const row = officer.getByRole('region', { name: /正在等候/ }).getByRole('link', { name: /接入/ })
  const path = (await row.getAttribute('href'))!
  await row.click()
  await acknowledge(officer)
  await expect(tileOf(officer, '林女士')).toBeVisible()

  // The row that stood on the colleague's page a moment ago.
  const colleague = await person(browser, server, 'han')
  await colleague.goto(path)
  await expect(colleague.getByText('周关员已接入林女士。')).toBeVisible()
  await expect(colleague.getByRole('link', { name: '回到我的一天' })).toBeVisible()
  await expect(tileOf(officer, '韩关员')).toHaveCount(0)
  await colleague.getByRole('button', { name: '进入面洽' }).click()
  await expect(colleague.getByRole('heading', { name: '开始前，请了解' })).toBeVisible()
})
