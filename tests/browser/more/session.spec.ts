// The call under hard conditions: a phone on its side, large letters, a program that is gone, a microphone pulled out.
import { expect, test } from '../test'
import { acknowledge, bookedSession, letIn, person } from '../journey/steps'

const ON_ITS_SIDE = { width: 844, height: 390 }

test('on a phone on its side nothing of the call lies outside of the window, in large mode neither', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin', ON_ITS_SIDE)
  const officer = await person(browser, server, 'zhou', ON_ITS_SIDE)
  await letIn(member, officer, server)
  for (const large of [false, true]) {
    for (const page of [member, officer]) {
      await page.evaluate((on) => document.documentElement.classList.toggle('large', on), large)
      for (const name of [/^麦克风/, /^画面/, /^离开/, ...(page === officer ? [/^结束面洽/] : [])]) {
        const button = page.getByRole('button', { name })
        await expect(button).toBeInViewport({ ratio: 1 })
        // Nothing lies over it, the bar with the telephone neither.
        await button.click({ trial: true })
      }
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(wider).toBeLessThanOrEqual(0)
    }
  }
})

test('while the program is gone the light is out and the clock stands', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await letIn(member, officer, server)
  await expect(member.getByText('录制中')).toBeVisible({ timeout: 20_000 })
  await expect(member.getByText('连接良好')).toBeVisible()
  await server.kill('SIGKILL')
  await expect(member.getByText('录制情况待确认')).toBeVisible()
  await expect(member.getByText('录制中')).toHaveCount(0)
  await expect(member.getByText('连接良好')).toHaveCount(0)
  const clock = member.getByLabel('通话时长')
  const stood = await clock.innerText()
  await member.waitForTimeout(2_500)
  expect(await clock.innerText()).toBe(stood)
  // Back at their places without a press: the guest waits, the officer is inside.
  await server.start()
  await expect(member.getByText('下一位就是您')).toBeVisible({ timeout: 40_000 })
  await officer.getByRole('button', { name: /接入/ }).first().click({ timeout: 40_000 })
  await expect(member.getByText('录制中')).toBeVisible({ timeout: 30_000 })
})

test('somebody invited by a link waits and is let in', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const booking = await bookedSession(member, server)
  await member.goto(`/bookings/${booking}`)
  await member.getByLabel('给谁').fill('翻译')
  await member.getByRole('button', { name: '生成邀请链接' }).click()
  const link = await member.getByText(/\/invite\//).innerText()

  const guest = await (await browser.newContext({ baseURL: server.url, locale: 'zh-CN' })).newPage()
  await guest.goto(new URL(link).pathname)
  await guest.getByRole('link', { name: '登录后参加' }).click()
  await guest.getByLabel('登录名').fill('luo')
  await guest.getByLabel('密码').fill(server.password)
  await guest.getByRole('button', { name: '登录', exact: true }).click()
  await guest.getByRole('button', { name: '参加面洽' }).click()
  await acknowledge(guest)
  await guest.getByRole('button', { name: '可以了，进入等候' }).click()

  const officer = await person(browser, server, 'zhou')
  await officer.goto('/staff/day')
  await officer.getByRole('link', { name: /接入/ }).first().click()
  await acknowledge(officer)
  await expect(guest.getByText('录制中')).toBeVisible({ timeout: 20_000 })
  await member.reload()
  await expect(member.getByText('罗先生已接受邀请')).toBeVisible()
  await member.getByRole('button', { name: /撤回给翻译/ }).click()
  await expect(guest.getByText('录制中')).toHaveCount(0)
})
