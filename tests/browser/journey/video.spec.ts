// The main job: book a video session on a phone, meet, rate, and play the recording back as auditor.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { until } from '../server'
import { expect, test } from '../test'
import { acknowledge, expectMovingPictures, openRecordings, person, PHONE, reference, signIn } from './steps'

test('a member books, meets an officer, rates, and an auditor plays it back', async ({ browser, server }) => {
  test.setTimeout(240_000)
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE, locale: 'zh-CN' })
  const member = await context.newPage()

  await test.step('book the first free time of the service that is always open', async () => {
    await member.goto('/')
    await member.getByRole('link', { name: /视频面洽/ }).first().click()
    await member.getByRole('link', { name: /随时/ }).first().click()
    await member.getByRole('link', { name: /选.*时间/ }).first().click()
    await member.getByRole('button', { name: '就选这个' }).click()
    await member.getByRole('link', { name: '登录后预约' }).click()
    await signIn(member, 'lin')
    await member.getByRole('button', { name: /暂留这个时间|就选这个/ }).first().click()
    await member.getByRole('link', { name: '继续填写' }).click()
    await member.getByLabel('姓名').fill('林女士')
    await member.getByLabel('手机号').fill('15400000001')
    await member.getByRole('button', { name: '提交预约' }).click()
    await expect(member.getByRole('heading', { name: '预约已受理' })).toBeVisible()
  })
  const booked = await reference(member)
  const mail = await server.mail((mail) => mail.subject.includes(booked))
  expect(mail.calendar_method).toBe('REQUEST')
  expect(mail.calendar).toContain('BEGIN:VTIMEZONE')

  await test.step('the member checks devices and line ahead, over the way that the meeting takes', async () => {
    await member.getByRole('link', { name: '检测设备和线路' }).click()
    const line = member.locator('li', { hasText: '网络' })
    await expect(line.getByText(/^(良好|可用|较差)$/)).toBeVisible({ timeout: 40_000 })
    await expect(line).toContainText(/Mbit\/s · UDP/)
    await member.getByRole('button', { name: '记住这些设备' }).click()
    await expect(member.getByText('已记住。')).toBeVisible()
    await member.getByRole('link', { name: '查看预约' }).click()
    await expect(member.getByText(/检测线路：(良好|可用|较差)/)).toBeVisible()
  })

  const officer = await person(browser, server, 'zhou')
  await test.step('the member acknowledges, checks the devices and waits', async () => {
    await member.getByRole('link', { name: '进入面洽' }).click()
    await acknowledge(member)
    await member.getByRole('button', { name: '可以了，进入等候' }).click()
    await expect(member.getByRole('heading', { name: '等候室' })).toBeAttached()
  })
  await test.step('the officer sees who waits and admits them', async () => {
    await officer.goto('/staff/day')
    await officer.getByRole('link', { name: '接入' }).first().click()
    await expect(officer.getByText(/检测线路：(良好|可用|较差)/)).toBeVisible()
    // Reads the notice, the first of the day, and is in: nothing else is asked.
    await acknowledge(officer)
  })
  await test.step('moving pictures both ways, and sound', async () => {
    for (const page of [member, officer]) await expectMovingPictures(page, 2)
    await expect(member.getByText('录制中')).toBeVisible()
  })
  const third = await person(browser, server, 'han')
  await test.step('a third person joins', async () => {
    await third.goto(officer.url().replace(server.url, ''))
    await acknowledge(third)
    await third.getByRole('button', { name: '进入面洽' }).click()
    for (const page of [member, officer, third]) await expectMovingPictures(page, 3)
    // Some seconds of three people, for the player.
    await expect(member.getByText(/00:00:(0[89]|[1-5]\d)|00:0[1-9]:/).first()).toBeVisible({ timeout: 20_000 })
  })
  await test.step('the officer ends it', async () => {
    await officer.getByRole('button', { name: /结束/ }).first().click()
    await officer.getByRole('dialog').getByRole('button', { name: /结束/ }).click()
    await expect(member.getByRole('link', { name: /评价/ })).toBeVisible({ timeout: 20_000 })
  })

  await test.step('the member rates, once', async () => {
    const invitation = await server.mail((mail) => /\/rate\//.test(mail.text ?? ''))
    await member.getByRole('link', { name: /评价/ }).click()
    await member.getByText('非常满意', { exact: true }).click()
    await member.getByRole('button', { name: '提交评价' }).click()
    await expect(member.getByRole('heading', { name: '谢谢您的评价' })).toBeVisible()
    await member.goto(invitation.text!.match(/\/rate\/\S+/)![0])
    await expect(member.getByText('这次已经评过了')).toBeVisible()
  })

  const auditor = await person(browser, server, 'tang')
  await test.step('the auditor finds it by half a reference, states a purpose and plays it', async () => {
    await auditor.goto('/review')
    await auditor.getByLabel('预约编号').fill(booked.slice(8, 12))
    await auditor.getByRole('button', { name: '查找' }).click()
    await auditor.getByRole('listitem').filter({ hasText: booked }).getByRole('link').click()
    const opening = auditor.waitForResponse((answer) => answer.url().endsWith('/playbacks') && answer.ok())
    await openRecordings(auditor)
    const { missing } = (await (await opening).json()) as { missing: unknown[] }
    // Only what plays, and what comes soon, is open: the third person came later.
    await expect.poll(() => auditor.locator('video').count()).toBeGreaterThanOrEqual(2)
    // A busy machine loses a packet: then the verdict says how often, and else that of the large picture all is there.
    const verdict = missing.length ? new RegExp(`^未被改动 · 缺 ${missing.length} 处，共 [\\d.]+ 秒$`) : /^未被改动$/
    await expect(auditor.getByRole('heading', { level: 2, name: verdict })).toBeVisible()
    if (!missing.length) await expect(auditor.getByText(/^录像 \d+ 段 · 完整$/)).toBeVisible()
    await auditor.getByRole('button', { name: /^播放/ }).click()
    // The third person comes as late as the machine lets them.
    await until(60_000, 'the recordings do not play', async () => {
      const times = await auditor.locator('video').evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).currentTime))
      return times.length === 3 && times.every((time) => time > 2) ? true : null
    })
    const sizes = await auditor.locator('video').evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).videoWidth))
    for (const width of sizes) expect(width).toBeGreaterThan(0)
    const session = new URL(auditor.url()).pathname.split('/').pop()
    const detail = await auditor.request.get(`/api/v1/review/sessions/${session}`)
    const { entries } = (await detail.json()) as { entries: { kind: string }[] }
    expect(entries.map((entry) => entry.kind)).toContain('playback.opened')
  })

  await test.step('a flipped byte in a recording is shown as broken', async () => {
    await flipAByte(path.join(server.dataDirectory, 'recordings'))
    await auditor.reload()
    await openRecordings(auditor)
    await expect(auditor.getByText('录像或记录与采集时不一致').first()).toBeVisible()
  })
})

/** Flips one bit in the middle of the largest recording. */
async function flipAByte(directory: string): Promise<void> {
  const files = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.webm'))
  const read = await Promise.all(files.map(async (name) => ({ name, bytes: await readFile(path.join(directory, name)) })))
  const { name, bytes } = read.sort((a, b) => b.bytes.length - a.bytes.length)[0]
  bytes[bytes.length >> 1] ^= 1
  await writeFile(path.join(directory, name), bytes)
}
