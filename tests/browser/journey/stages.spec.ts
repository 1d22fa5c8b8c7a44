// After-hours clearance in stages: a clerk books all three on a phone, moves them, and follows the clock that the
// officer keeps.
import { expect, expectAccessible, test } from '../test'
import { fillForm, person, PHONE, serviceId, signIn } from './steps'

// Wednesday, ten in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-25T02:00:00Z' } })

test('three stages are booked together on a phone, moved, and run by the officer', async ({ browser, server }) => {
  const clerk = await person(browser, server, 'lin', PHONE)
  await clerk.goto(`/services/${await serviceId(server, 'after-hours')}/slots`)
  const way = (first: string) => clerk.getByRole('button', { name: new RegExp(`申报\\s*${first}`) })

  await test.step('the ways to have all three stand there as cards', async () => {
    await clerk.getByRole('button', { name: /分环节预约/ }).click()
    for (const stage of ['申报', '查验', '放行']) await expect(clerk.getByRole('checkbox', { name: new RegExp(stage) })).toBeChecked()
    await clerk.getByRole('switch', { name: /上门办理/ }).focus()
    await clerk.keyboard.press('Space')
    await clerk.getByLabel('时间', { exact: true }).selectOption('19:00')
    await expect(way('19:00–19:30')).toContainText(/查验 · 上门办理\s*19:30–20:30/)
    await expectAccessible(clerk)
  })
  await test.step('one is held, and the form does not ask for the stage', async () => {
    await way('19:00–19:30').click()
    await clerk.getByRole('link', { name: '继续填写' }).click()
    await expect(clerk.getByRole('heading', { name: '填信息' })).toBeVisible()
    await expect(clerk.getByLabel('货物属于')).toBeVisible()
    await expect(clerk.getByLabel('办理环节')).toHaveCount(0)
    await fillForm(clerk)
    await clerk.getByRole('button', { name: '提交预约' }).click()
    await expect(clerk.getByRole('heading', { name: '预约已提交' })).toBeVisible()
  })
  const booking = new URL(clerk.url()).pathname

  const officer = await person(browser, server, 'zhou')
  await officer.goto('/staff/day')
  const accept = async () => {
    await officer.getByRole('button', { name: /^受理/ }).first().click()
    await expect(officer.getByText('没有等待决定的预约。')).toBeVisible()
  }
  await accept()

  await test.step('moving what was accepted asks first, and is decided anew', async () => {
    await clerk.goto(booking)
    await clerk.getByRole('link', { name: '改时间' }).click()
    await clerk.getByLabel('时间', { exact: true }).selectOption('21:00')
    await way('21:00–21:30').click()
    const question = clerk.getByRole('dialog', { name: '改到这个时间？' })
    await expect(question).toContainText('要重新受理')
    await expect(question).toContainText(/查验.*21:30/)
    await question.getByRole('button', { name: '改时间' }).click()
    await expect(clerk.getByText('21:30–22:30')).toBeVisible()
    await expect(clerk.getByText('待受理').first()).toBeVisible()
    await expect(clerk.getByText(/改了时间/)).toBeVisible()
  })
  await test.step('one stage moves alone, and the others stay where they are', async () => {
    await clerk.getByRole('link', { name: '改时间' }).click()
    await expect(clerk.getByRole('checkbox', { name: /申报|放行/ })).toHaveCount(0)
    await clerk.getByRole('radio', { name: /只改放行/ }).check()
    await clerk.getByRole('button', { name: /放行\s*23:00–23:30/ }).click()
    const question = clerk.getByRole('dialog', { name: '改到这个时间？' })
    await expect(question).toContainText(/申报.*时间不变.*查验.*时间不变.*放行.*22:30.*23:00/)
    await expectAccessible(clerk)
    await question.getByRole('button', { name: '改时间' }).click()
    for (const time of ['21:30–22:30', '23:00–23:30']) await expect(clerk.getByText(time)).toBeVisible()
  })
  await accept()

  await test.step('the evening has come: everybody signs in anew', async () => {
    await server.kill('SIGTERM')
    await server.start('2026-11-26T12:55:00Z')
    for (const [page, login] of [[clerk, 'lin'], [officer, 'zhou']] as const) {
      await page.goto('/sign-in')
      await signIn(page, login)
    }
  })
  await clerk.goto(booking)
  await expect(clerk.getByText('21:30–22:30')).toBeVisible()
  await officer.goto('/staff/day')
  await test.step('the officer runs the clock, the clerk sees it as it runs', async () => {
    const step = async (what: string) => {
      await officer.getByRole('button', { name: new RegExp(`^${what}`) }).focus()
      await officer.keyboard.press('Enter')
    }
    await step('开始申报')
    await expect(officer.getByText(/申报中，/)).toBeVisible()
    await expect(clerk.getByText(/20:5\d 开始，已进行 \d+ 分钟/)).toBeVisible({ timeout: 15_000 })
    for (const what of ['申报完毕', '开始查验', '查验完毕', '开始放行', '放行完毕']) await step(what)
    await expect(officer.getByText('已办结').first()).toBeVisible()
    await expect(clerk.getByText(/20:5\d 开始，20:5\d 完成/)).toHaveCount(3, { timeout: 15_000 })
    await expect(clerk.getByText(/办完放行/)).toBeVisible()
    await expectAccessible(clerk)
  })
})
