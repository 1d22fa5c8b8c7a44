// When stages began and ended comes from the office's own systems: looked at line by line, imported, seen by the
// enterprise and counted in the figures.
import { expect, expectAccessible, test } from '../test'
import { person, serviceId } from './steps'

// Wednesday, ten in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-25T02:00:00Z' } })

const fields = {
  eligibility: 'urgent', consignee: '冰城示例贸易有限公司', goods: '冷冻海鱼', hs_codes: '0303',
  declaration_port: '1900', entry_port: '1902', transport: 'rail', reason: '到港后不能久放',
}

test('an officer imports the clearance clock, the enterprise sees it, and the figures count it', async ({ browser, server }) => {
  const clerk = await person(browser, server, 'lin')
  let officer = await person(browser, server, 'zhou')
  const service = await serviceId(server, 'after-hours')
  const stages = [
    { stage: 'declaration', starts_at: '2026-11-26T11:00:00Z' }, { stage: 'inspection', starts_at: '2026-11-26T11:30:00Z' },
    { stage: 'release', starts_at: '2026-11-26T12:30:00Z' },
  ]
  const request = { contact_name: '林晓', contact_mobile: '15412345678', fields }
  const booked = await clerk.request.post('/api/v1/bookings', { data: { service_id: service, stages, request, anyway: true } })
  expect(booked.status()).toBe(201)
  const { id, reference } = (await booked.json()) as { id: string; reference: string }
  expect((await officer.request.post(`/api/v1/bookings/${id}/accept`, { data: {} })).status()).toBe(200)
  const tooSoon = await clerk.request.post('/api/v1/bookings', { data: { service_id: service, starts_at: '2026-11-25T11:00:00Z' } })
  expect(tooSoon.status()).toBe(422)

  await server.kill('SIGTERM')
  await server.start('2026-11-26T14:00:00Z')
  officer = await person(browser, server, 'zhou')
  await officer.goto('/staff/clearance')
  const choose = (lines: string[]) => officer.getByLabel('计时文件（CSV）').setInputFiles({
    name: '导出.csv', mimeType: 'text/csv', buffer: Buffer.from(['预约编号,环节,开始,结束', ...lines].join('\n')),
  })
  const declared = `${reference},申报,2026-11-26 19:02,2026-11-26 19:25`

  await test.step('a wrong line is told, and nothing can be imported', async () => {
    await choose([declared, `${reference},查验,2026-11-26 19:20,2026-11-26 19:50`])
    await expect(officer.getByText('有 2 行不对')).toBeVisible()
    await expect(officer.getByRole('list', { name: '不对的行' })).toContainText('时间重叠')
    await expect(officer.getByRole('button', { name: /^导入/ })).toHaveCount(0)
    await expectAccessible(officer)
  })
  await test.step('a right one is looked at and imported', async () => {
    await choose([declared, `${reference},查验,2026-11-26 19:30,`])
    await expect(officer.getByText('会记下 1 个预约的 2 个环节')).toBeVisible()
    await officer.getByRole('button', { name: '导入 2 个环节' }).click()
    await expect(officer.getByText('请写明取自哪个系统。')).toBeVisible()
    await officer.getByLabel('取自哪个系统').fill('通关作业系统')
    await officer.getByRole('button', { name: '导入 2 个环节' }).click()
    await expect(officer.getByText('已记下 1 个预约的 2 个环节。')).toBeVisible()
  })
  await test.step('another time asks for a reason', async () => {
    await choose([`${reference},申报,2026-11-26 19:05,2026-11-26 19:25`])
    await expect(officer.getByText('有 1 个环节已经记了别的时间')).toBeVisible()
    await officer.getByRole('button', { name: '导入 1 个环节' }).click()
    await expect(officer.getByText('请写明更改的理由。')).toBeVisible()
    await expectAccessible(officer)
    await officer.getByLabel('更改的理由').fill('系统时间更正')
    await officer.getByRole('button', { name: '导入 1 个环节' }).click()
    await expect(officer.getByText('已记下 1 个预约的 1 个环节。')).toBeVisible()
  })
  await test.step('the enterprise sees when its stages began and ended', async () => {
    const lin = await person(browser, server, 'lin')
    await lin.goto(`/bookings/${id}`)
    await expect(lin.getByText('19:25').first()).toBeVisible()
    await expect(lin.getByText('周关员导入了业务系统里各环节的时间').first()).toBeVisible()
  })
  await test.step('the figures have the stage, the decision and the refusal', async () => {
    const chief = await person(browser, server, 'shen')
    await chief.goto('/staff/figures')
    await expect(chief.getByRole('region', { name: '通关各环节用时' })).toContainText('20 分钟')
    await expect(chief.getByRole('region', { name: /^受理时效/ })).toContainText('非工作时间通关')
    await expect(chief.getByRole('region', { name: '被规则挡住的次数' })).toContainText('提前不够')
    await expectAccessible(chief)
  })
})
