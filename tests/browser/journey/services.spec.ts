// A chief opens a service on Saturday mornings, sees the month before saving, and a booker finds the new times.
import { expect, expectAccessible, test } from '../test'
import { person, PHONE, serviceId } from './steps'

// Thursday, ten to nine in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-26T00:50:00Z' } })

test('a chief adds Saturday mornings to a service, sees the month, saves with a reason, and a booker finds them', async ({ browser, server }) => {
  const chief = await person(browser, server, 'shen')
  const service = await serviceId(server, 'video')
  const lin = await person(browser, server, 'lin', PHONE)
  const slots = () => lin.request.get(`/api/v1/services/${service}/slots?date=2026-12-05`).then((answer) => answer.json() as Promise<{ slots: unknown[] }>)
  expect((await slots()).slots).toHaveLength(0)

  await test.step('the week is painted with the keyboard, and the month beside it shows what that does', async () => {
    await chief.goto('/staff/services')
    await expectAccessible(chief)
    await chief.locator(`a[href="/staff/services/${service}"]`).click()
    const effect = chief.getByRole('region', { name: '若按这样，这个月会怎样' })
    await expect(effect.getByRole('heading', { name: '2026年12月' })).toBeVisible()
    await chief.getByRole('radio', { name: '非工作日', exact: true }).check()
    const cell = (hour: string) => chief.getByRole('button', { name: new RegExp(`^周六 ${hour}:00`) })
    await cell('09').press('Enter')
    await chief.keyboard.press('ArrowDown')
    await chief.keyboard.press('Enter')
    await chief.keyboard.press('ArrowDown')
    await chief.keyboard.press('Enter')
    await expect(cell('11')).toHaveAttribute('aria-pressed', 'true')
    await expect(effect.getByText(/12月5日.*现在 0 个有空，改后 6 个/)).toBeAttached()
    await expectAccessible(chief)
  })

  await test.step('what overlaps is told where it is, before anything is saved', async () => {
    await chief.getByRole('button', { name: '加一条开放时间' }).click()
    const fresh = chief.getByRole('group', { name: '第 4 条开放时间' })
    await expect(fresh.getByLabel('从几点')).toHaveAttribute('aria-invalid', 'true')
    await expect(fresh.getByText(/重叠/)).toBeVisible()
    await fresh.getByRole('button', { name: '删去第 4 条开放时间' }).click()
    await expect(chief.getByText(/重叠/)).toHaveCount(0)
  })

  await test.step('leaving with something unsaved is asked about', async () => {
    await chief.getByRole('navigation', { name: '工作台' }).getByRole('link', { name: '看板' }).click()
    await chief.getByRole('button', { name: '留在这里' }).click()
    await expect(chief).toHaveURL(new RegExp(service))
  })

  await test.step('it is saved with a reason', async () => {
    await chief.getByRole('button', { name: '保存…' }).click()
    const dialog = chief.getByRole('dialog', { name: '保存修改' })
    await dialog.getByRole('button', { name: '保存', exact: true }).click()
    await expect(dialog.getByText('请填写理由。')).toBeVisible()
    await dialog.getByLabel('修改的理由').fill('周六延时服务试点')
    await dialog.getByRole('button', { name: '保存', exact: true }).click()
    await expect(chief.getByText('已保存，马上生效。')).toBeVisible()
    await expect(chief.getByRole('region', { name: '最近的修改' })).toContainText('周六延时服务试点')
  })

  await test.step('a booker finds the new times', async () => {
    expect((await slots()).slots).toHaveLength(6)
    await lin.goto(`/services/${service}/slots?month=2026-12&date=2026-12-05`)
    await expect(lin.getByRole('button', { name: /12月5日/ }).first()).toBeVisible()
  })

  await test.step('a venue tells bookers when somebody is there', async () => {
    await chief.goto('/staff/venues')
    const city = chief.getByRole('form', { name: '市区业务大厅' })
    await city.getByLabel('电话').fill('0451 5400 0140')
    await city.getByRole('button', { name: '加一段办公时间' }).click()
    await expectAccessible(chief)
    await city.getByRole('button', { name: '保存…' }).click()
    const dialog = chief.getByRole('dialog', { name: '保存修改' })
    await dialog.getByLabel('修改的理由').fill('冬季作息')
    await dialog.getByRole('button', { name: '保存', exact: true }).click()
    await expect(chief.getByText('已保存，马上生效。').first()).toBeVisible()
    await lin.goto(`/services/${service}`)
    await expect(lin.getByText('工作日 08:30–12:00')).toBeVisible()
  })
})
