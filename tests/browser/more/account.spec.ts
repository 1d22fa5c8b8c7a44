// What is on the screen and in a form belongs to who typed it; sign-ins are seen and ended.
import type { Browser, Page } from '@playwright/test'
import { person, serviceId, signIn } from '../journey/steps'
import type { Server } from '../server'
import { expect, test } from '../test'

/** A form that is begun: a held time, a contact typed. */
async function beginForm(page: Page, server: Server): Promise<string> {
  const service = await serviceId(server, 'video-try')
  const { now } = (await (await page.request.get(`/api/v1/services/${service}`)).json()) as { now: { next_free_at: string } }
  const held = await page.request.post('/api/v1/bookings', { data: { service_id: service, starts_at: now.next_free_at } })
  const { id } = (await held.json()) as { id: string }
  await page.goto(`/bookings/${id}/form`)
  await page.getByLabel('手机号').fill('15400007777')
  return `/bookings/${id}/form`
}

async function signOutBy(page: Page) {
  await page.getByText('林女士').first().click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await expect(page.getByRole('link', { name: '登录', exact: true }).first()).toBeVisible()
}

/** Nothing of what was typed is left on the page or in its tab. */
async function expectNothingLeft(page: Page) {
  expect(await page.content()).not.toContain('15400007777')
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('15400007777')
}

test('a draft goes with the sign-out in another tab, before the next person signs in', async ({ browser, server }) => {
  const first = await person(browser, server, 'lin')
  await beginForm(first, server)
  const second = await first.context().newPage()
  await second.goto('/')
  await signOutBy(second)
  // the tab with the form leaves it by itself
  await expect(first).toHaveURL(`${server.url}/`)
  await expectNothingLeft(first)

  await first.goto('/sign-in')
  await signIn(first, 'gao')
  const path = await beginFormAs(first, server)
  await first.goto(path)
  await expect(first.getByLabel('手机号')).not.toHaveValue('15400007777')
  await expectNothingLeft(first)
})

/** The same service held by the next person: the form whose draft would show. */
async function beginFormAs(page: Page, server: Server): Promise<string> {
  const service = await serviceId(server, 'video-try')
  const { now } = (await (await page.request.get(`/api/v1/services/${service}`)).json()) as { now: { next_free_at: string } }
  const held = await page.request.post('/api/v1/bookings', { data: { service_id: service, starts_at: now.next_free_at } })
  return `/bookings/${((await held.json()) as { id: string }).id}/form`
}

test('a sign-in that ran out: the form leaves the screen, shows to its owner again and to nobody else', async ({ browser, server }) => {
  const page = await person(browser, server, 'lin')
  const path = await beginForm(page, server)
  await elsewhere(browser, server, 'lin', (other) => other.request.delete('/api/v1/me/sign-ins'))
  await page.getByRole('button', { name: '提交预约' }).click()
  await expect(page).toHaveURL(/sign-in\?next=/)
  await expect(page.getByText('登录已过期')).toBeVisible()
  await expect(page.getByText('您已用')).toHaveCount(0)
  expect(await page.content()).not.toContain('15400007777')
  await signIn(page, 'lin')
  await expect(page).toHaveURL(new RegExp(`${path}$`))
  await expect(page.getByLabel('手机号')).toHaveValue('15400007777')

  await elsewhere(browser, server, 'lin', (other) => other.request.delete('/api/v1/me/sign-ins'))
  await page.goto('/sign-in')
  await signIn(page, 'gao')
  await expectNothingLeft(page)
})

/** Does something in another browser of the account. */
async function elsewhere(browser: Browser, server: Server, login: string, act: (page: Page) => Promise<unknown>) {
  const other = await person(browser, server, login)
  await act(other)
  await other.context().close()
}

test('one sees where one is signed in and ends it', async ({ browser, server }) => {
  const here = await person(browser, server, 'lin')
  const there = await person(browser, server, 'lin')
  await here.goto('/account')
  await expect(here.getByText('本机', { exact: true })).toBeVisible()
  await here.getByRole('button', { name: /^退出：Chrome/ }).click()
  await expect(here.getByRole('button', { name: /^退出：/ })).toHaveCount(0)
  await there.goto('/bookings')
  await expect(there).toHaveURL(/sign-in/)
})

test('one is told what a wrong password leads to, and of wrong ones at the next sign-in', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByLabel('登录名').fill('lin')
  await page.getByLabel('密码').fill('not the password')
  await page.getByRole('button', { name: /^显示 ?密码$/ }).click()
  await expect(page.getByLabel('密码')).toHaveAttribute('type', 'text')
  const press = () => page.getByRole('button', { name: '登录', exact: true }).click()
  for (const told of ['请核对后再试', '再输错 3 次', '再输错 2 次', '再输错 1 次', '1 分钟后才能再试']) {
    await press()
    await expect(page.getByRole('alert')).toContainText(told)
    await expect(page.getByRole('alert')).toBeFocused()
  }
  await press()
  await expect(page.getByRole('alert')).toContainText('密码试得太多、太快')
  await expect(page.getByRole('alert')).toContainText(/还要等 0:[0-5]\d/)
  const own = await person(browser, server, 'gao')
  await own.request.post('/api/v1/sign-in', { data: { login: 'gao', password: 'mistyped it' } })
  await own.goto('/sign-in')
  await signIn(own, 'gao')
  await expect(own.getByText('您上次登录以来，有 1 次输错密码。')).toBeVisible()
})
