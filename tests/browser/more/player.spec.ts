// The auditor's player: a session of twelve parts over one host's six connections, places found at once, pictures one
// by one, the whole screen, and what is missing in words.
import type { Page } from '@playwright/test'
import { expectMovingPictures, meet, openRecordings, person, PHONE } from '../journey/steps'
import { until } from '../server'
import { expect, expectAccessible, test } from '../test'

const MEDIA = /\/playbacks\/[^/]+\/recordings\//
const REJOINS = 5
/** So many pictures forward, and back again. */
const WALK = 12

interface Shown { at: number; parts: { open: number; moving: boolean; time: number; ready: boolean }[] }

/** What stands on the page: the position in ms, and of each person how many parts are open and what plays. */
const shown = (page: Page) => page.evaluate((): Shown => {
  const text = document.querySelector('.tc')?.textContent ?? ''
  const [, h, m, s] = /(\d\d):(\d\d):(\d\d)/.exec(text)?.map(Number) ?? []
  return {
    at: ((h! * 60 + m!) * 60 + s!) * 1_000,
    parts: [...document.querySelectorAll('.person')].map((one) => {
      const videos = [...one.querySelectorAll('video')]
      const now = videos.find((video) => video.style.display !== 'none')
      return { open: videos.length, moving: !!now && !now.paused, time: now?.currentTime ?? 0, ready: !!now && now.readyState >= 2 && !now.seeking }
    }),
  }
})

test('a session of twelve parts plays, and any place and picture of it is found', async ({ browser, server }, info) => {
  test.setTimeout(300_000)
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await meet(member, officer, server)
  await test.step('both come back again and again, the camera is off for a while', async () => {
    await member.getByRole('button', { name: /^画面/ }).click()
    await expect(officer.getByText('画面已关闭')).toBeVisible()
    await member.waitForTimeout(2_500)
    await member.getByRole('button', { name: /^画面/ }).click()
    for (let time = 0; time < REJOINS; time++) {
      await Promise.all([member.reload(), officer.reload()])
      await Promise.all([expectMovingPictures(member, 2), expectMovingPictures(officer, 2)])
      await member.waitForTimeout(1_500)
    }
    await officer.getByRole('button', { name: /结束/ }).first().click()
    await officer.getByRole('dialog').getByRole('button', { name: /结束/ }).click()
    await expect(member.getByRole('link', { name: /评价/ })).toBeVisible({ timeout: 20_000 })
  })

  const auditor = await person(browser, server, 'tang')
  let [open, most, asked] = [0, 0, 0]
  auditor.on('request', (request) => {
    if (!MEDIA.test(request.url())) return
    asked += 1
    most = Math.max(most, ++open)
  })
  for (const ended of ['requestfinished', 'requestfailed'] as const) auditor.on(ended as 'requestfinished', (request) => MEDIA.test(request.url()) && (open -= 1))
  const playback = await test.step('the auditor opens it at its first picture', async () => {
    await auditor.goto('/review')
    await auditor.getByRole('listitem').filter({ hasText: 'MQ' }).first().getByRole('link').click()
    const opening = auditor.waitForResponse((answer) => answer.url().endsWith('/playbacks') && answer.ok())
    await openRecordings(auditor)
    const opened = (await (await opening).json()) as { duration_ms: number; tracks: { offset_ms: number; duration_ms: number; role: string }[]; missing: { cause: string }[] }
    expect(opened.tracks.length).toBeGreaterThanOrEqual(12)
    await until(20_000, 'the first picture does not come', async () => ((await shown(auditor)).parts.some(({ ready }) => ready) ? true : null))
    return opened
  })

  await test.step('it plays from part to part to its end, with no more open than show now and next', async () => {
    await auditor.getByRole('combobox', { name: '速度' }).selectOption({ label: '2 倍' })
    await auditor.keyboard.press('k')
    let seen = 0
    await until(playback.duration_ms + 60_000, 'it does not play to its end', async () => {
      const now = await shown(auditor)
      for (const one of now.parts) expect(one.open).toBeLessThanOrEqual(2)
      seen = Math.max(seen, now.at)
      return now.at >= Math.floor(playback.duration_ms / 1_000) * 1_000 - 1_000 ? true : null
    })
    await expect(auditor.getByText('这一段无法播放')).toHaveCount(0)
    console.log(`recordings: ${playback.tracks.length} parts, ${asked} requests, at most ${most} at a time`)
  })

  await test.step('a place is found at once', async () => {
    await expect(auditor.getByRole('button', { name: /^播放/ })).toBeVisible()
    const took: number[] = []
    for (const part of [0.9, 0.1, 0.5, 0.75, 0.3]) {
      await auditor.locator('.over').scrollIntoViewIfNeeded()
      took.push(await auditor.evaluate(async ([part]) => {
        const area = document.querySelector('.over')!
        const box = area.getBoundingClientRect()
        const began = performance.now()
        area.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: box.left + box.width * part!, clientY: box.top + 5 }))
        for (;;) {
          await new Promise((next) => setTimeout(next, 5))
          const videos = [...document.querySelectorAll('.person video')].filter((one) => (one as HTMLElement).style.display !== 'none') as HTMLVideoElement[]
          if (videos.every((one) => one.readyState >= 2 && !one.seeking)) return performance.now() - began
        }
      }, [part]))
    }
    console.log(`a place is found within ${took.map((ms) => Math.round(ms)).join(', ')} ms`)
  })

  await test.step('pictures one by one, by key and by button', async () => {
    // The position is told once a step is done.
    const position = async () => {
      const [, h, m, s] = /(\d\d):(\d\d):(\d\d\.\d{3})/.exec(await auditor.locator('.tc').innerText())!.map(Number)
      return (h! * 60 + m!) * 60 + s!
    }
    const pixels = () => auditor.evaluate(async () => {
      const video = [...document.querySelectorAll<HTMLVideoElement>('.large video')].find((one) => one.style.display !== 'none')!
      while (video.seeking) await new Promise((next) => requestAnimationFrame(next))
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 64
      canvas.getContext('2d')!.drawImage(video, 0, 0, 64, 64)
      return canvas.toDataURL()
    })
    // in the middle of a part that is long enough for all steps
    const [long] = playback.tracks.filter(({ role }) => role === 'guest').sort((a, b) => b.duration_ms - a.duration_ms)
    const part = (long!.offset_ms + long!.duration_ms / 2) / playback.duration_ms
    const line = (await auditor.locator('.over').boundingBox())!
    await auditor.locator('.over').click({ position: { x: line.width * part, y: 5 } })
    await until(10_000, 'no picture stands', () => auditor.evaluate((about) => {
      const video = [...document.querySelectorAll<HTMLVideoElement>('.large video')].find((one) => one.style.display !== 'none')
      return video && video.readyState >= 2 && !video.seeking && Math.abs(video.currentTime * 1_000 - about) < 500 ? true : null
    }, long!.duration_ms / 2))
    const begins = await position()
    await auditor.keyboard.press('.')
    // the position is now where the picture begins that is shown, and a browser may show one from before the place
    await expect.poll(position).not.toBe(begins)
    const [first, ofFirst] = [await position(), await pixels()]
    await auditor.getByRole('button', { name: '下一帧' }).click()
    await expect.poll(position).toBeGreaterThan(first)
    const second = await position()
    await expect.poll(pixels).not.toBe(ofFirst)
    await auditor.keyboard.press(',')
    await expect.poll(position).toBeLessThan(second)
    // Pictures of a recording are not evenly apart, and back is the very one before all the same.
    expect(await position()).toBeCloseTo(first, 2)
    expect(await pixels()).toBe(ofFirst)
    console.log(`pictures at ${begins}, ${first}, ${second}`)
    const walk: { at: number; shown: string }[] = [{ at: await position(), shown: await pixels() }]
    for (let step = 0; step < WALK; step++) {
      await auditor.keyboard.press('.')
      await expect.poll(position).toBeGreaterThan(walk.at(-1)!.at)
      walk.push({ at: await position(), shown: await pixels() })
    }
    let here = walk.pop()!
    for (const there of walk.reverse()) {
      await auditor.keyboard.press(',')
      await expect.poll(position).toBeLessThan(here.at)
      here = { at: await position(), shown: await pixels() }
      expect(here.at).toBeCloseTo(there.at, 2)
      expect(here.shown).toBe(there.shown)
    }
  })

  await test.step('what is missing or off is told in words, and leads there', async () => {
    const list = auditor.locator('.gaps')
    await list.locator('summary').click()
    await expect(list.getByText('摄像头已关').first()).toBeVisible()
    await list.getByRole('button').first().press('Enter')
    await expect(auditor.locator('.main')).toBeVisible()
  })

  await test.step('another one large by keyboard, the whole screen and back', async () => {
    const small = auditor.locator('.person:not(.large)').first()
    const name = await small.locator('.who b').innerText()
    await small.locator('.enlarge').focus()
    await auditor.keyboard.press('Enter')
    await expect(auditor.locator('.person.large .who')).toContainText(name)
    await auditor.keyboard.press('f')
    await expect.poll(() => auditor.evaluate(() => document.fullscreenElement?.className ?? '')).toContain('theatre')
    await auditor.screenshot({ path: info.outputPath('full.png') })
    await auditor.getByRole('button', { name: '退出全屏' }).click()
    await expect.poll(() => auditor.evaluate(() => document.fullscreenElement)).toBeNull()
  })

  await test.step('on a phone, in the dark, in English', async () => {
    await expectAccessible(auditor)
    await auditor.screenshot({ path: info.outputPath('desk.png'), fullPage: true })
    await auditor.setViewportSize(PHONE)
    await auditor.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
    await expectAccessible(auditor)
    expect(await auditor.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await auditor.screenshot({ path: info.outputPath('phone.png'), fullPage: true })
  })
})
