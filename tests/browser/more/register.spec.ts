// Registering by the pages and the mail: for oneself, for an enterprise, and the second person of one.
import type { Page } from '@playwright/test'
import { person, PHONE, signIn } from '../journey/steps'
import type { Server } from '../server'
import { expect, expectAccessible, test } from '../test'

const WORDS = 'correct horse battery'

async function fill(page: Page, answers: Record<string, string>) {
  for (const [label, value] of Object.entries(answers)) await page.getByLabel(label, { exact: true }).fill(value)
}

/** Opens the link in the mail that the registration sent. */
async function openLink(page: Page, server: Server, to: string) {
  await expect(page.getByRole('heading', { name: '请查收邮件' })).toBeFocused()
  const mail = await server.mail((one) => one.to.includes(to) && one.subject === '请完成注册')
  const link = mail.text!.match(/https?:\S+\/confirm\/\S+/)![0]
  await page.goto(link)
}

test('a private traveller registers, opens the link in the mail and signs in', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByRole('link', { name: '个人注册' }).click()
  await page.getByRole('button', { name: '提交注册' }).click()
  await expect(page.getByLabel('姓名')).toBeFocused()
  await fill(page, { 姓名: '样例旅客', 手机号: '＋７ 916 123-45-67', 电子邮箱: 'robin@example.com', 登录名: 'robin', 密码: 'Password2026!' })
  await page.getByRole('button', { name: '提交注册' }).click()
  await expect(page.getByText('最先被猜到')).toBeVisible()
  await expect(page.getByLabel('密码', { exact: true })).toBeFocused()
  await fill(page, { 密码: WORDS })
  await expectAccessible(page)
  await page.getByRole('button', { name: '提交注册' }).click()
  await openLink(page, server, 'robin@example.com')
  await expectAccessible(page)
  await page.getByRole('button', { name: '完成注册' }).click()
  await expect(page.getByRole('heading', { name: '注册完成' })).toBeFocused()
  await page.getByRole('link', { name: '登录', exact: true }).first().click()
  await signIn(page, 'robin', WORDS)
  await expect(page.getByText('怎么预约')).toHaveCount(0)
})

test('a taken login and a registered code: the page tells nothing, the mail does, a colleague lets in', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto('/register')
  await fill(page, {
    企业名称: '雪原样例粮油', 统一社会信用代码: '91239999MA0000082A', 姓名: '孙女士', 手机号: '15400003001',
    电子邮箱: 'sun@example.com', 登录名: 'lin', 密码: WORDS,
  })
  await page.getByRole('button', { name: '提交注册' }).click()
  await openLink(page, server, 'sun@example.com')
  await expect(page.getByText('这家企业已经注册过。')).toBeVisible()
  await expect(page.getByText('登录名 lin 已有人使用')).toBeVisible()
  await page.getByLabel('新的登录名').fill('gao')
  await page.getByRole('button', { name: '申请加入' }).click()
  await expect(page.getByText('这个登录名已有人使用')).toBeVisible()
  await expect(page.getByLabel('新的登录名')).toBeFocused()
  // taken once more, and sent at once: it is told again
  await page.getByLabel('新的登录名').fill('bai')
  await page.getByRole('button', { name: '申请加入' }).click()
  await expect(page.getByText('这个登录名已有人使用')).toBeVisible()
  await page.getByLabel('新的登录名').fill('sun')
  await page.getByRole('button', { name: '申请加入' }).click()
  await expect(page.getByText('已申请加入')).toBeVisible()
  await page.goto('/sign-in')
  await signIn(page, 'sun', WORDS)
  await expect(page.getByText('您申请加入，等候同意。')).toBeVisible()

  const lin = await person(browser, server, 'lin')
  await lin.getByRole('link', { name: '去处理' }).click()
  await expect(lin.getByText('有 1 位等候同意。')).toBeVisible()
  await expectAccessible(lin)
  await lin.getByRole('button', { name: '同意：孙女士', exact: true }).click()
  await lin.getByRole('button', { name: '同意加入', exact: true }).click()
  await expect(lin.getByText('有 1 位等候同意。')).toHaveCount(0)
  await page.reload()
  await expect(page.getByText('您申请加入，等候同意。')).toHaveCount(0)
  await server.mail((one) => one.to.includes('sun@example.com') && one.subject === '已同意您加入')
})

test('a chief sees the twin of a name and is asked before approving', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto('/register')
  await fill(page, {
    企业名称: '雪原 样例粮油有限公司', 统一社会信用代码: '91239999MA00000A92', 姓名: '宋女士', 手机号: '15400002001',
    电子邮箱: 'song@example.com', 登录名: 'song', 密码: WORDS,
  })
  await page.getByRole('button', { name: '提交注册' }).click()
  await openLink(page, server, 'song@example.com')
  await page.getByRole('button', { name: '完成注册' }).click()
  await expect(page.getByText('2 个工作日内审核')).toBeVisible()

  const chief = await person(browser, server, 'shen')
  await chief.goto('/staff/enterprises')
  await expect(chief.getByText('有 1 家企业名称相同或很像。')).toBeVisible()
  await expectAccessible(chief)
  await chief.getByRole('button', { name: /^通过：雪原 样例/ }).click()
  await expect(chief.getByRole('dialog').getByText('91239999MA0000082A')).toBeVisible()
  await chief.getByRole('button', { name: '返回', exact: true }).or(chief.getByRole('dialog').getByRole('button').first()).first().click()
  await expect(chief.getByRole('button', { name: /^通过：雪原 样例/ })).toBeVisible()
  await chief.getByRole('button', { name: /^通过：雪原 样例/ }).click()
  await chief.getByRole('dialog').getByRole('button', { name: '通过', exact: true }).click()
  await expect(chief.getByRole('button', { name: /^通过：雪原 样例/ })).toHaveCount(0)
})
