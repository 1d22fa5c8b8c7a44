// Changing one's password, by the page.
import { person, signIn } from '../journey/steps'
import { expect, test } from '../test'

test('a member changes the password and signs in with the new one', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  await member.getByText('林女士').first().click()
  await member.getByRole('link', { name: '账号与登录' }).click()
  await expect(member.getByRole('heading', { name: '修改密码' })).toBeVisible()
  const fill = async (current: string, next: string, again = next) => {
    await member.getByLabel('现在的密码').fill(current)
    await member.getByLabel('新密码', { exact: true }).fill(next)
    await member.getByLabel('再输入一次新密码').fill(again)
    await member.getByRole('button', { name: '修改密码' }).click()
  }
  await fill('mianqia-demo', 'correct horse battery', 'correct horse')
  await expect(member.getByText('两次输入的新密码不一样。')).toBeVisible()
  await fill('not the password', 'correct horse battery')
  await expect(member.getByText('现在的密码不对')).toBeVisible()
  await expect(member.getByLabel('现在的密码')).toBeFocused()
  await fill('mianqia-demo', 'Password2026!')
  await expect(member.getByText('最先被猜到')).toBeVisible()
  await expect(member.getByLabel('新密码', { exact: true })).toBeFocused()
  await fill('mianqia-demo', 'correct horse battery')
  await expect(member.getByText('密码已修改')).toBeVisible()

  const elsewhere = await browser.newContext({ baseURL: server.url })
  const page = await elsewhere.newPage()
  await page.goto('/sign-in')
  await signIn(page, 'lin', 'correct horse battery')
})
