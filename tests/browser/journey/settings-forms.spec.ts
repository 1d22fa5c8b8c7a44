// A chief says who may hold the inspection and what the form asks, a booker meets both, and an officer hands over.
import { expect, expectAccessible, test } from '../test'
import { DESK, fillForm, person, PHONE, serviceId } from './steps'

// Wednesday, ten in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-25T02:00:00Z' } })

test('a chief names officers for a stage and adds a question; who books is asked it, and an officer hands the stage over', async ({ browser, server }) => {
  const chief = await person(browser, server, 'shen')
  const service = await serviceId(server, 'after-hours')

  await test.step('who may hold the inspection is ticked, the usual one first', async () => {
    await chief.goto(`/staff/services/${service}`)
    const who = chief.getByRole('group', { name: '由谁办理查验' })
    await who.getByRole('checkbox', { name: /周/ }).check()
    await who.getByRole('checkbox', { name: /沈/ }).check()
    await expect(who.getByLabel('第 2 位')).toBeVisible()
    await expectAccessible(chief)
  })

  await test.step('a question is added with the keyboard and seen as bookers will', async () => {
    const form = chief.getByRole('group', { name: '表单', exact: true })
    await form.getByRole('button', { name: '加一个问题' }).press('Enter')
    const fresh = form.locator('details[open]').first()
    await fresh.locator('input[name$="label.zh-CN"]').fill('车牌号')
    await fresh.locator('input[name$="label.en"]').fill('Plate number')
    await fresh.getByLabel('内部代码').fill('plate')
    await form.getByText('看看办事的人见到的表单').click()
    await expect(form.getByLabel('车牌号').last()).toBeVisible()
    await expectAccessible(chief)
    await chief.getByRole('button', { name: '保存…' }).click()
    const dialog = chief.getByRole('dialog', { name: '保存修改' })
    await dialog.getByLabel('修改的理由').fill('查验排班')
    await dialog.getByRole('button', { name: '保存', exact: true }).click()
    await expect(chief.getByText('已保存，马上生效。')).toBeVisible()
  })

  const lin = await person(browser, server, 'lin', PHONE)
  await test.step('who books three stages is asked the new question', async () => {
    await lin.goto(`/services/${service}/slots`)
    await lin.getByRole('button', { name: /分环节预约/ }).click()
    await lin.getByLabel('时间', { exact: true }).selectOption('19:00')
    await lin.getByRole('button', { name: /申报\s*19:00/ }).click()
    await lin.getByRole('link', { name: '继续填写' }).click()
    await lin.getByLabel('车牌号').fill('试A00001')
    await fillForm(lin)
    await lin.getByRole('button', { name: '提交预约' }).click()
    await expect(lin.getByRole('heading', { name: '预约已提交' })).toBeVisible()
  })

  await test.step('an officer accepts it and hands the inspection over by keyboard', async () => {
    const officer = await person(browser, server, 'zhou', DESK)
    await officer.goto('/staff/day')
    await officer.getByRole('button', { name: /^受理/ }).first().click()
    await expect(officer.getByText('没有等待决定的预约。')).toBeVisible()
    await officer.goto('/staff/day?date=2026-11-26')
    await officer.getByRole('button', { name: /救灾/ }).press('Enter')
    const change = officer.getByRole('button', { name: '给查验换人' }).first()
    await expect(change).toBeVisible()
    await change.press('Enter')
    await officer.getByRole('button', { name: /^沈/ }).press('Enter')
    await expect(officer.getByText(/沈/).first()).toBeVisible()
    await expectAccessible(officer)
  })
})
