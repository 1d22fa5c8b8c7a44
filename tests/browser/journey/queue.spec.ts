// The queue at the counters: somebody comes, draws a ticket, sees their number on the display and on their phone.
import { expect, expectAccessible, test } from '../test'
import { person, PHONE, serviceId, signIn } from './steps'

// Wednesday, ten in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-25T02:00:00Z' } })

test('who has come draws a ticket and is called to a counter', async ({ browser, server }) => {
  const traveller = await person(browser, server, 'luo', PHONE)
  const officer = await person(browser, server, 'zhou')
  const service_id = await serviceId(server, 'check-up')
  const fields = { item: 'work', document: 'passport', health_consent: true }
  const answer = await traveller.request.post(`${server.url}/api/v1/bookings`, {
    data: { service_id, starts_at: '2026-11-26T01:00:00Z', request: { contact_name: '罗先生', contact_mobile: '15400000042', fields } },
  })
  const { id, reference } = (await answer.json()) as { id: string; reference: string }

  await test.step('the morning has come: everybody signs in anew', async () => {
    await server.kill('SIGTERM')
    await server.start('2026-11-26T00:50:00Z')
    for (const [page, login] of [[traveller, 'luo'], [officer, 'zhou']] as const) {
      await page.goto('/sign-in')
      await signIn(page, login)
    }
  })
  const hall = await (await browser.newContext({ baseURL: server.url, locale: 'zh-CN' })).newPage()
  await hall.goto('/queue/health')
  await expect(hall.getByText('没有人在等')).toBeVisible()

  await test.step('the officer draws a ticket by the reference that is read out', async () => {
    await officer.goto('/staff/queue')
    await officer.getByLabel('办理地点').selectOption('health')
    await officer.getByLabel('本窗口').fill('3')
    await officer.getByLabel('预约号').fill('MQ 0000 0000 0')
    await officer.keyboard.press('Enter')
    await expect(officer.getByText('没有这个预约号')).toBeVisible()
    await officer.getByLabel('预约号').fill(reference.toLowerCase())
    await officer.keyboard.press('Enter')
    await expect(officer.getByText('H001 号，前面有 0 人')).toBeVisible()
    await expectAccessible(officer)
  })
  await traveller.goto(`/bookings/${id}`)
  await expect(traveller.getByRole('region', { name: '排队号' })).toContainText('下一位就是您')
  await expect(hall.getByRole('region', { name: '下面是' })).toContainText('H001')

  await test.step('the number is called, and everybody sees where to', async () => {
    await officer.getByRole('button', { name: '叫下一位' }).click()
    await expect(hall.getByRole('region', { name: '请到窗口' })).toContainText(/H001\s*3 号窗口/)
    await expectAccessible(hall)
    await expect(traveller.getByRole('region', { name: '排队号' })).toContainText('请到 3 窗口')
    await expectAccessible(traveller)
  })
  await officer.getByRole('button', { name: '办结' }).click()
  await expect(officer.getByText('本窗口现在没有人。')).toBeVisible()
  await expect(hall.getByText('还没有叫号')).toBeVisible()
})
