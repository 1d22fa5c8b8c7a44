// Somebody who reads from the other side of the world books a time of the office's day that is in their own night.
import { PHONE, serviceId, signIn } from '../journey/steps'
import { expect, expectAccessible, test } from '../test'

test.use({ serverOptions: { at: '2026-11-26T02:00:00Z' } })

test('a time in the night of who reads it is asked about before it is requested', async ({ browser, server }) => {
  const zone = { locale: 'zh-CN', timezoneId: 'America/New_York' }
  const context = await browser.newContext({ baseURL: server.url, viewport: PHONE, ...zone })
  const member = await context.newPage()
  await member.goto('/sign-in')
  await signIn(member, 'lin')
  await member.goto(`/services/${await serviceId(server, 'video')}/slots?date=2026-11-30`)
  // The venue's time is the large one, the reader's own stands beside it.
  await member.getByRole('button', { name: /^14:00.*01:00/ }).click()
  await member.getByRole('link', { name: '继续填写' }).click()
  const asked = member.getByText('这个时间在您那里是夜里')
  await expect(asked).toBeVisible()
  await expectAccessible(member)
  await member.getByRole('button', { name: '提交预约' }).click()
  await expect(member.getByText('请确认时间；弄错了就选别的时间。')).toBeVisible()
  await member.getByLabel(/^是的，我要的就是我这里的 01:00/).check()
  await member.getByRole('button', { name: '提交预约' }).click()
  await expect(member.getByRole('heading', { name: /预约(已受理|已提交)/ })).toBeVisible()
})
