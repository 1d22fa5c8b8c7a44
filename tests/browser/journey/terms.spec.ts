// A chief tries terms on past requests before setting them, and closes an evening: whoever books reads of it.
import { expect, expectAccessible, test } from '../test'
import { person, serviceId } from './steps'

// Thursday, ten to nine in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-26T00:50:00Z' } })

test('a chief tries terms on past requests, sets them, and closes an evening', async ({ browser, server }) => {
  const chief = await person(browser, server, 'shen')
  const service = await serviceId(server, 'after-hours')

  await test.step('what other terms would have done stands there before they are saved', async () => {
    await chief.goto(`/staff/terms?service=${service}`)
    const effect = chief.getByRole('region', { name: '若按这样，会怎样' })
    await expect(effect.getByRole('status')).toContainText(/近 92 天有 \d+ 次申请/)
    await chief.getByRole('button', { name: '加一条次数' }).click()
    await chief.getByLabel('最多').fill('0')
    await chief.getByLabel('修改的理由').fill('试行')
    await chief.getByRole('button', { name: '启用这些规则' }).click()
    await expect(chief.getByLabel('最多')).toHaveAttribute('aria-invalid', 'true')
    await chief.getByLabel('最多').fill('2')
    await expectAccessible(chief)
    await chief.getByRole('button', { name: '启用这些规则' }).click()
    await expect(chief.getByText('新规则已启用。')).toBeVisible()
  })

  await test.step('an evening is closed, with a look at who has booked then', async () => {
    await chief.goto('/staff/openings')
    const form = chief.getByRole('form', { name: '公布停办' })
    await form.getByLabel('服务').selectOption(service)
    await form.getByLabel('从哪天起').fill('2026-11-27')
    await form.getByLabel('到哪天止').fill('2026-11-27')
    await form.getByLabel('从几点').selectOption({ label: '18:00' })
    await form.getByLabel('到几点').selectOption({ label: '21:00' })
    await expect(form.getByRole('status')).toContainText('会停掉 3 个时段')
    await form.getByLabel('公告（中文）').fill('当晚停电检修，暂停办理。')
    await form.getByLabel('公告（English）').fill('The power is off that evening.')
    await form.getByLabel('理由（内部）').fill('供电公司通知')
    await form.getByRole('button', { name: '停办并通知' }).click()
    await expect(chief.getByText('已停办。')).toBeVisible()
    await expect(chief.getByRole('region', { name: '暂停办理' })).toContainText('当晚停电检修')
    await expectAccessible(chief)
  })

  await test.step('whoever wants to book reads it, and is not offered those times', async () => {
    const lin = await person(browser, server, 'lin')
    await lin.goto(`/services/${service}`)
    await expect(lin.getByText('当晚停电检修，暂停办理。')).toBeVisible()
    await expectAccessible(lin)
  })
})
