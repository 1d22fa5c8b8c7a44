// Documents: uploaded on a telephone while the place is held, read by the officer who decides; the stamped form of what was
// booked against the terms.
import { createHash } from 'node:crypto'
import { expect, expectAccessible, test } from '../test'
import { DESK, person, PHONE, serviceId } from './steps'

// Tuesday, ten in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-24T02:00:00Z' } })

/** A picture of one dot. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

test('a traveller uploads a document on a telephone, and the officer opens it', async ({ browser, server }) => {
  const traveller = await person(browser, server, 'luo', PHONE)
  const service = await serviceId(server, 'certificate')
  await test.step('hold a time and fill the form', async () => {
    await traveller.goto(`/services/${service}`)
    await expect(traveller.getByText('预约时必传')).toBeVisible()
    await traveller.goto(`/services/${service}/slots`)
    await traveller.getByRole('button', { name: /^\D*14:00/ }).first().click()
    await traveller.getByRole('link', { name: '继续填写' }).click()
    await traveller.getByLabel('姓名').fill('罗先生')
    await traveller.getByLabel('手机号').fill('15400000005')
    await traveller.getByLabel('办理原因').selectOption({ index: 1 })
  })
  const identity = traveller.locator('[data-item="identity"]')
  await test.step('without the document nothing is sent, and it is said which is missing', async () => {
    await traveller.getByRole('button', { name: '提交预约' }).click()
    await expect(identity.getByRole('alert')).toContainText('护照或身份证照片')
    await expect(identity.getByLabel(/^选择文件/)).toBeFocused()
    await expectAccessible(traveller)
  })
  await test.step('a file that is not what it is called is refused with what to do; nothing typed is lost', async () => {
    await identity.getByLabel(/^选择文件/).setInputFiles({ name: '护照.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('MZ a program') })
    await expect(identity.getByRole('alert')).toContainText('拍照上传')
    await expect(traveller.getByLabel('姓名')).toHaveValue('罗先生')
  })
  await test.step('the right one is there with its name', async () => {
    await identity.getByLabel(/^选择文件/).setInputFiles({ name: '护照资料页.png', mimeType: 'image/png', buffer: PICTURE })
    await expect(identity.getByText('护照资料页.png')).toBeVisible()
    await expect(identity.getByText('已上传')).toBeVisible()
    await traveller.getByRole('button', { name: '提交预约' }).click()
    await expect(traveller.getByRole('heading', { name: '预约已提交' })).toBeVisible()
    await expect(traveller.getByText('护照资料页.png', { exact: true })).toBeVisible()
    await expectAccessible(traveller)
  })
  const officer = await person(browser, server, 'zhou', DESK)
  await test.step('the officer sees the picture and saves the file', async () => {
    await officer.goto('/staff/day?show=all&date=2026-11-25')
    await officer.getByRole('button', { name: /看详情/ }).first().click()
    const dialog = officer.getByRole('dialog')
    await expect(dialog.getByText('护照资料页.png')).toBeVisible()
    await expect.poll(() => dialog.locator('img').first().evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1)
    const saving = officer.waitForEvent('download')
    await dialog.getByRole('link', { name: /^下载/ }).first().click()
    expect((await saving).suggestedFilename()).toBe('护照资料页.png')
    await expectAccessible(officer)
  })
})

test('an auditor finds a case by its documents though nobody met in it', async ({ browser, server }) => {
  const traveller = await person(browser, server, 'luo', PHONE)
  const service = await serviceId(server, 'certificate')
  const held = await traveller.request.post('/api/v1/bookings', { data: { service_id: service, starts_at: '2026-11-25T06:00:00Z' } })
  const { id, reference } = await held.json()
  const sent = await traveller.request.post(`/api/v1/bookings/${id}/documents?item=identity&name=a.png`, {
    data: PICTURE, headers: { 'content-type': 'application/octet-stream' },
  })
  expect(sent.status()).toBe(201)
  const auditor = await person(browser, server, 'tang', DESK)
  await auditor.goto('/review')
  await auditor.getByRole('link', { name: '有材料的预约' }).click()
  await auditor.getByLabel('预约编号').fill(String(reference).slice(8, 11).toLowerCase())
  await auditor.getByRole('button', { name: '查找' }).click()
  await expect(auditor.getByRole('status').filter({ hasText: '1 个预约' })).toBeVisible()
  await expectAccessible(auditor)
  await auditor.getByRole('link', { name: /健康证明补发/ }).press('Enter')
  // The digest that is shown is that of the file.
  await expect(auditor.getByText(createHash('sha256').update(PICTURE).digest('hex'))).toBeVisible()
  await expect(auditor.getByText('查看本案')).toBeVisible()
  await expectAccessible(auditor)
})

test('an officer attaches the stamped form of what was booked against the terms', async ({ browser, server }) => {
  const officer = await person(browser, server, 'zhou', DESK)
  const booked = await officer.request.post('/api/v1/desk/bookings', { data: {
    service_id: await serviceId(server, 'after-hours'), channel: 'phone', starts_at: '2026-11-24T09:00:00Z',
    contact_name: '顾女士', contact_mobile: '15400000077', reason: '鲜活货物，码头来电',
  } })
  expect(booked.status()).toBe(201)
  await officer.goto('/staff/day?show=all')
  const missing = officer.getByRole('region', { name: /缺盖章申请表/ })
  await expect(missing).toContainText('顾女士')
  await expectAccessible(officer)
  await missing.getByRole('button', { name: '上传申请表' }).click()
  const dialog = officer.getByRole('dialog')
  await dialog.getByLabel(/^选择文件/).setInputFiles({ name: '申请表.png', mimeType: 'image/png', buffer: PICTURE })
  await expect(dialog.getByText('申请表.png', { exact: true })).toBeVisible()
  await dialog.getByRole('button', { name: '关闭' }).last().click()
  await expect(missing).toHaveCount(0)
})
