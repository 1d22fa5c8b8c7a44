// What people show besides their faces: a screen, papers under a second camera, the camera at the back of a phone.
// The others see it large and whole, it ends by every way there is, and it is on record.
import type { Browser, Locator, Page } from '@playwright/test'
import config from '../playwright.config'
import { meet, person, PHONE, signIn } from '../journey/steps'
import { until, type Server } from '../server'
import { expect, expectAccessible, test } from '../test'

const { executablePath, args = [] } = config.use?.launchOptions ?? {}
// Three cameras, and a screen that is there and chosen. Chromium's second one gives depths, of which nothing can be sent.
const devices = '--use-fake-device-for-media-stream=device-count=3'
test.use({ launchOptions: { executablePath, args: [...args.filter((one) => !one.startsWith('--use-fake-device')), devices] } })

// Pages that send two pictures each leave a small machine little for themselves.
const SLOW = { timeout: 60_000 }

/** Stands in for the browser's question which screen: a picture that changes, which ends as a screen does. */
async function withScreen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 })
      const pen = canvas.getContext('2d')!
      let count = 0
      setInterval(() => {
        pen.fillStyle = '#fff'
        pen.fillRect(0, 0, 1280, 720)
        pen.fillStyle = '#000'
        pen.font = '48px sans-serif'
        pen.fillText(`0306179000 · ${count++}`, 40, 680)
      }, 100)
      const stream = canvas.captureStream(10)
      Object.assign(window, { shown: stream.getVideoTracks()[0] })
      return stream
    }
  })
}

/** As by the browser's own bar. */
const stopByBrowser = (page: Page) => page.evaluate(() => {
  const { shown } = window as unknown as { shown: MediaStreamTrack }
  shown.stop()
  shown.dispatchEvent(new Event('ended'))
})

/** New frames come, none of it is cut away, and it has more room than anything else. */
async function expectWholeAndLarge(page: Page, share: Locator): Promise<void> {
  const video = share.locator('video')
  await until(90_000, 'what is shown does not move', async () => {
    const frames = () => video.evaluate((one) => (one as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames).catch(() => 0)
    const before = await frames()
    await page.waitForTimeout(700)
    return (await frames()) > before ? true : null
  })
  await expect(video).toBeVisible(SLOW)
  expect(await video.evaluate((one) => getComputedStyle(one).objectFit)).toBe('contain')
  const area = async (one: Locator) => {
    const box = (await one.boundingBox())!
    return box.width * box.height
  }
  for (const face of await page.locator('.faces .tile').all()) expect(await area(share)).toBeGreaterThan(2 * (await area(face)))
}

const shared = (page: Page, name: RegExp) => page.locator('.shared').filter({ hasText: name })
const sources = async (page: Page, booking: string) => {
  const session = await page.request.post(`/api/v1/bookings/${booking}/session`)
  const { publications } = (await session.json()) as { publications: { source: string; live: boolean; recording: string }[] }
  return publications.filter((one) => one.live).map((one) => `${one.source} ${one.recording}`).sort()
}

test('a screen and papers are seen large and whole, end by every way, and are on record', async ({ browser, server }, info) => {
  test.setTimeout(500_000)
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await withScreen(officer)
  await meet(member, officer, server)
  const booking = new URL(member.url()).pathname.split('/').pop()!

  await test.step('the officer shares a screen by a key, the member papers by a button, both at a time', async () => {
    await officer.keyboard.press('s')
    await expect(officer.getByRole('button', { name: /停止共享/ })).toBeVisible(SLOW)
    await expectWholeAndLarge(member, shared(member, /屏幕/))
    await member.getByRole('button', { name: /出示材料/ }).click()
    const choice = member.getByRole('dialog', { name: '用哪个摄像头拍材料？' })
    await choice.getByRole('combobox').selectOption({ index: 1 })
    await choice.getByRole('button', { name: '出示材料' }).click()
    await expectWholeAndLarge(officer, shared(officer, /林.*材料/))
    // One's own papers are seen as the others see them.
    await expect(shared(member, /您.*材料/).locator('video')).toBeVisible(SLOW)
    await until(60_000, 'not all of it is recorded', async () =>
      (await sources(officer, booking)).join() === ['camera on', 'camera on', 'document on', 'screen on'].join() ? true : null)
    for (const page of [member, officer]) await expectAccessible(page)
    await member.screenshot({ path: info.outputPath('share-desk.png') })
  })

  await test.step('on a phone nothing lies outside, in the dark theme too', async () => {
    await member.setViewportSize(PHONE)
    await expect(shared(member, /屏幕/)).toBeInViewport({ ratio: 1 })
    expect(await member.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await member.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
    await expectAccessible(member)
    await member.screenshot({ path: info.outputPath('share-phone.png') })
  })

  await test.step('the browser’s own bar ends it, and a button ends it', async () => {
    await stopByBrowser(officer)
    await expect(officer.getByText('共享已停止。')).toBeVisible(SLOW)
    await expect(shared(member, /屏幕/)).toHaveCount(0, SLOW)
    await member.getByRole('button', { name: /收起材料/ }).click()
    await expect(shared(officer, /材料/)).toHaveCount(0, SLOW)
    // And again, for it is another part of the same.
    await officer.getByRole('button', { name: /共享屏幕/ }).click()
    await expectWholeAndLarge(member, shared(member, /屏幕/))
  })

  await test.step('the auditor has both beside the faces', async () => {
    await officer.getByRole('button', { name: /结束/ }).first().click()
    await officer.getByRole('dialog').getByRole('button', { name: /结束/ }).click()
    await expect(member.getByRole('link', { name: /评价/ })).toBeVisible({ timeout: 20_000 })
    const auditor = await person(browser, server, 'tang')
    await auditor.goto('/review')
    await auditor.getByRole('listitem').filter({ hasText: 'MQ' }).first().getByRole('link').click()
    const opening = auditor.waitForResponse((answer) => answer.url().endsWith('/playbacks') && answer.ok())
    await auditor.getByRole('textbox', { name: '调阅目的' }).fill('例行抽查')
    await auditor.getByRole('button', { name: '记录并打开' }).click()
    const { tracks } = (await (await opening).json()) as { tracks: { source: string }[] }
    expect(tracks.map((track) => track.source).sort()).toEqual(['camera', 'camera', 'document', 'screen', 'screen'])
    await expect(auditor.locator('.person').filter({ hasText: '共享屏幕' })).toHaveCount(1)
  })
})

/** A phone: a finger, and one camera at a time. */
async function phone(browser: Browser, server: Server, login: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE, hasTouch: true, isMobile: true, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await signIn(page, login)
  return page
}

test('on a phone papers are shown by the camera at the back, and the face comes back after them', async ({ browser, server }, info) => {
  test.setTimeout(300_000)
  const member = await phone(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await meet(member, officer, server)
  await expect(member.getByRole('button', { name: /共享屏幕/ })).toHaveCount(0, SLOW)
  await member.getByRole('button', { name: /出示材料/ }).tap()
  await expectWholeAndLarge(officer, shared(officer, /材料/))
  await expect(officer.getByText('画面已关闭')).toBeVisible(SLOW)
  await expectAccessible(member)
  await member.screenshot({ path: info.outputPath('papers-phone.png') })
  await member.getByRole('button', { name: /收起材料/ }).tap()
  await expect(shared(officer, /材料/)).toHaveCount(0, SLOW)
  await expect(officer.getByText('画面已关闭')).toHaveCount(0, SLOW)
  await expect(officer.locator('.faces .tile:not(.self) video')).toBeVisible(SLOW)
})
