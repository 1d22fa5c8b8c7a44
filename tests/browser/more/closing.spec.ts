// A day is closed on a page: whoever has booked on it has another time, and is told.
import { person, PHONE } from '../journey/steps'
import { Person } from '../office'
import { until } from '../server'
import { expect, expectAccessible, test } from '../test'

test.use({ serverOptions: { at: '2026-11-26T01:00:00Z' } })

test('a chief closes a day, and its booking moves to the next one at the same time', async ({ browser, server }) => {
  const member = new Person(await browser.newContext({ baseURL: server.url, viewport: PHONE, locale: 'zh-CN' }), server.url)
  await member.post('/sign-in', { login: 'lin', password: server.password })
  const services = (await member.get('/services')).items as { id: string; code: string }[]
  const video = services.find(({ code }) => code === 'video')!
  const booked = await member.book({ ...video, fields: [] }, '2026-11-27', '09:00', '林女士', { topic: 'grain', about: '大豆进口' })

  const chief = await person(browser, server, 'shen')
  await chief.goto('/staff/openings')
  const form = chief.getByRole('form', { name: '公布停办' })
  await form.getByLabel('服务').selectOption(video.id)
  await form.getByLabel('从哪天起').fill('2026-11-27')
  await form.getByLabel('到哪天止').fill('2026-11-27')
  await form.getByLabel('从几点').selectOption({ label: '00:00' })
  await form.getByLabel('到几点').selectOption({ label: '24:00' })
  await expect(form.getByRole('status')).toContainText('里面有 1 个预约')
  await form.getByLabel('公告（中文）').fill('当天机房检修，暂停视频面洽。')
  await form.getByLabel('公告（English）').fill('No video meetings that day: the network is maintained.')
  await form.getByLabel('理由（内部）').fill('信息中心通知')
  await expectAccessible(chief)
  await form.getByRole('button', { name: '停办并通知' }).click()
  await expect(chief.getByText('已停办。')).toBeVisible()

  // Monday: the next working day.
  await until(20_000, 'the booking was not moved', async () => {
    const { starts_at } = await member.get(`/bookings/${String(booked.id)}`)
    return starts_at === '2026-11-30T01:00:00Z' || null
  })
  const mail = await server.mail((one) => (one.text ?? '').includes('当天机房检修'))
  expect(mail.text).toContain('11月30日')
  const page = await member.context.newPage()
  await page.goto(`/bookings/${String(booked.id)}`)
  await expect(page.getByRole('main')).toContainText('11月30日')
  await expectAccessible(page)
})
