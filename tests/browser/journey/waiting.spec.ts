// Waiting: a clerk on a phone joins the list, asks for an earlier time, and takes it when it is offered.
import { expect, expectAccessible, test } from '../test'
import { person, PHONE, serviceId } from './steps'

// Wednesday, ten in the morning in Beijing.
test.use({ serverOptions: { at: '2026-11-25T02:00:00Z' } })

test('who waits is told the order, and an earlier time is taken with one press', async ({ browser, server }) => {
  const clerk = await person(browser, server, 'lin', PHONE)
  const service = await serviceId(server, 'video-try')
  const request = { contact_name: '林晓', contact_mobile: '15412345678', fields: {} }
  const made = await clerk.request.post(`${server.url}/api/v1/bookings`, { data: { service_id: service, starts_at: '2026-11-27T02:00:00Z', request } })
  const booking = await made.json() as { id: string }

  await test.step('a booking asks to be told of an earlier time', async () => {
    await clerk.goto(`/bookings/${booking.id}`)
    await clerk.getByRole('button', { name: '有更早的时间请告诉我' }).click()
    await expect(clerk.getByRole('link', { name: /有更早的时间会告诉您|有名额在等您答复/ })).toBeVisible()
  })
  await test.step('the offer stands with the time that is left, and opening the page takes nothing', async () => {
    await expect(async () => {
      await clerk.goto('/bookings#waiting')
      await expect(clerk.getByRole('button', { name: '接受，改到这个时间' })).toBeVisible({ timeout: 1_000 })
    }).toPass({ timeout: 15_000 })
    await clerk.reload()
    await expect(clerk.getByText('有更早的时间，已为您保留')).toBeVisible()
    await expect(clerk.getByText(/还可答复/)).toBeVisible()
    await expectAccessible(clerk)
  })
  await test.step('taking it moves the booking', async () => {
    await clerk.getByRole('button', { name: '接受，改到这个时间' }).press('Enter')
    await expect(clerk).toHaveURL(new RegExp(`/bookings/${booking.id}$`))
    await expect(clerk.getByText(/改了时间/)).toBeVisible()
  })
  await test.step('another service is waited for on some days', async () => {
    await clerk.goto(`/services/${await serviceId(server, 'vaccination')}/slots`)
    await clerk.getByRole('button', { name: '加入候补' }).click()
    await expectAccessible(clerk)
    await clerk.getByLabel('什么时段').selectOption('evening')
    await clerk.getByRole('button', { name: '加入候补' }).press('Enter')
    await expect(clerk.getByText('候补中，您排第 1')).toBeVisible()
    await clerk.getByRole('link', { name: '查看候补' }).click()
    await clerk.getByRole('button', { name: '退出候补' }).click()
    await expect(clerk.getByText('已退出', { exact: true })).toBeVisible()
  })
  await test.step('stages are waited for together, and offered with each of their times', async () => {
    await clerk.goto(`/services/${await serviceId(server, 'after-hours')}/slots?stages=declaration,release`)
    await clerk.getByRole('button', { name: '加入候补' }).click()
    await expect(clerk.getByRole('region', { name: '没有合适的时间？' }).getByRole('listitem')).toHaveText(['申报', '放行'])
    await expectAccessible(clerk)
    await clerk.getByRole('button', { name: '加入候补' }).press('Enter')
    const offer = clerk.locator('#waiting .offered')
    await expect(async () => {
      await clerk.goto('/bookings#waiting')
      await expect(offer).toBeVisible({ timeout: 1_000 })
    }).toPass({ timeout: 15_000 })
    await expect(offer.locator('.stage')).toHaveCount(2)
    await expectAccessible(clerk)
    await offer.getByRole('button', { name: '接受，去填信息' }).click()
    await expect(clerk).toHaveURL(/\/form$/)
    await expect(clerk.getByText('申报').first()).toBeVisible()
  })
})
