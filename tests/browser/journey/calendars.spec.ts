// Bookings in one's own calendar: the file of one, and a subscription that is made, copied, changed and stopped.
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, expectAccessible, test } from '../test'
import { bookedSession, person, PHONE } from './steps'

/** What a calendar reads by the address, which knows nothing of the browser. */
const fetched = async (url: string) => {
  const answer = await fetch(url)
  return { status: answer.status, text: await answer.text() }
}

const shownAddress = (page: Page) => page.getByText(/^https?:\/\/\S+\/calendar\/\S+\.ics$/)

test('a clerk subscribes on a phone, changes the address and stops it', async ({ browser, server }) => {
  const clerk = await person(browser, server, 'lin', PHONE)
  await clerk.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const booking = await bookedSession(clerk, server)
  await clerk.goto(`/bookings/${booking}`)
  await test.step('the file of one booking', async () => {
    const coming = clerk.waitForEvent('download')
    await clerk.getByRole('link', { name: '加入日历' }).click()
    const file = await coming
    expect(await readFile(await file.path(), 'utf8')).toContain(`UID:${booking}@`)
    // nothing leads to a calendar on another host
    const links = await clerk.locator('a[href]').evaluateAll((all) => all.map((one) => new URL((one as HTMLAnchorElement).href).host))
    expect(new Set(links.filter(Boolean))).toEqual(new Set([new URL(server.url).host]))
  })

  await clerk.getByRole('link', { name: /订阅日历/ }).click()
  await expect(clerk.getByRole('heading', { name: '日历订阅' })).toBeVisible()
  await clerk.getByLabel('用在哪里').fill('我的手机')
  await clerk.getByRole('button', { name: '建立订阅地址' }).click()
  const first = await shownAddress(clerk).innerText()
  await expect(clerk.getByRole('region', { name: /新地址/ })).toBeFocused()
  await expect(clerk.getByRole('region', { name: /新地址/ })).toBeInViewport()
  await expectAccessible(clerk)
  await clerk.getByRole('button', { name: '复制地址' }).click()
  expect(await clerk.evaluate(() => navigator.clipboard.readText())).toBe(first)
  const app = await clerk.getByRole('link', { name: '在日历应用中打开' }).getAttribute('href')
  expect(app).toBe(first.replace(/^http:/, 'webcal:'))
  expect((await fetched(first)).text).toContain(`UID:${booking}@`)

  await test.step('nobody is told the address again, and that it was read is', async () => {
    await clerk.reload()
    await expect(clerk.getByText('我的手机', { exact: true })).toBeVisible()
    await expect(shownAddress(clerk)).toHaveCount(0)
    await expect(clerk.getByText(/最近读取/)).toBeVisible()
  })

  await clerk.getByRole('button', { name: '更换地址：我的手机' }).click()
  await clerk.getByRole('dialog').getByRole('button', { name: '更换地址' }).click()
  const second = await shownAddress(clerk).innerText()
  expect((await fetched(first)).status).toBe(410)
  expect((await fetched(second)).status).toBe(200)

  await clerk.getByRole('button', { name: '停用：我的手机' }).click()
  await clerk.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await expect(clerk.getByRole('heading', { name: '现有的订阅' })).toBeFocused()
  await expect(clerk.getByText('还没有。')).toBeVisible()
  expect((await fetched(second)).status).toBe(410)
  for (const url of [first, second]) expect(server.log).not.toContain(new URL(url).pathname.slice('/calendar/'.length, -'.ics'.length))
})

test('a chief chooses between the own desk and the whole office', async ({ browser, server }) => {
  const [clerk, chief] = [await person(browser, server, 'lin'), await person(browser, server, 'shen')]
  const booking = await bookedSession(clerk, server)
  await chief.goto('/account')
  await chief.getByRole('link', { name: /日历订阅/ }).click()
  await chief.getByLabel('显示哪些预约').selectOption({ label: '全关的预约' })
  await chief.getByRole('button', { name: '建立订阅地址' }).click()
  const office = await fetched(await shownAddress(chief).innerText())
  expect(office.text).toContain(`UID:${booking}@`)
  expect(office.text).not.toContain('林女士')
})
