// Bookings that need no camera: after-hours clearance over a make-up-workday weekend, and a vaccination.
import { expect, test } from '../test'
import { fillForm, person, PHONE, reference, serviceId } from './steps'

test.describe('after-hours clearance', () => {
  // Friday. Saturday 14 February 2026 is a make-up workday before the Spring Festival; Sunday is a holiday.
  test.use({ serverOptions: { at: '2026-02-12T02:00:00Z' } })

  test('on the make-up Saturday only the hours outside office hours can be booked', async ({ browser, server }) => {
    const member = await person(browser, server, 'lin', PHONE)
    await member.goto(`/services/${await serviceId(server, 'after-hours')}/slots`)
    const day = (date: string) => member.getByRole('table').getByRole('button', { name: new RegExp(`^${date}`) })
    await test.step('the calendar says in words what each day is', async () => {
      await day('2月14日').click()
      await expect(member.getByRole('heading', { name: /2月14日/ })).toBeVisible()
      await expect(member.getByText('照常上班').first()).toBeVisible()
    })
    const times = () => member.getByRole('button', { name: /^\D*\d{1,2}:00/ })
    await test.step('Saturday is an office day: mornings are closed, evenings open', async () => {
      await expect(times().filter({ hasText: '18:00' })).toBeVisible()
      await expect(times().filter({ hasText: '10:00' })).toHaveCount(0)
    })
    await test.step('Sunday is a holiday: the whole day is open', async () => {
      await day('2月15日').click()
      await expect(member.getByRole('heading', { name: /2月15日/ })).toBeVisible()
      await expect(times().filter({ hasText: '10:00' })).toBeVisible()
    })
    await test.step('book Saturday 18:00', async () => {
      await day('2月14日').click()
      await times().filter({ hasText: '18:00' }).click()
      await member.getByRole('link', { name: '继续填写' }).click()
      await fillForm(member)
      await member.getByRole('button', { name: '提交预约' }).click()
      await expect(member.getByRole('heading', { name: '预约已提交' })).toBeVisible()
    })
    const booked = await reference(member)

    const officer = await person(browser, server, 'zhou')
    await officer.goto('/staff/day')
    await expect(officer.getByText('雪原样例粮油').first()).toBeVisible()
    await officer.getByRole('button', { name: /^受理/ }).first().click()
    await expect(officer.getByText(/已受理/).first()).toBeVisible()
    const mail = await server.mail((mail) => mail.subject.includes(booked))
    expect(mail.calendar).toMatch(/DTSTART;TZID=Asia\/Shanghai:20260214T180000/)

    await member.reload()
    await expect(member.getByText('已受理').first()).toBeVisible()
    await test.step('cancel with a reason', async () => {
      await member.getByRole('button', { name: '取消预约' }).click()
      await member.getByRole('dialog').getByLabel('取消的原因').fill('船期推迟')
      await member.getByRole('dialog').getByRole('button', { name: '取消预约' }).click()
      await expect(member.getByText('已取消').first()).toBeVisible()
      const cancelled = await server.mail((mail) => mail.calendar_method === 'CANCEL')
      expect(cancelled.calendar).toContain('STATUS:CANCELLED')
    })
  })
})

test('a traveller books a vaccination', async ({ browser, server }) => {
  const traveller = await person(browser, server, 'luo', PHONE)
  await traveller.goto(`/services/${await serviceId(server, 'vaccination')}/slots`)
  await traveller.getByRole('button', { name: '就选这个' }).click()
  await traveller.getByRole('link', { name: '继续填写' }).click()
  await test.step('health data is asked for with a consent of its own', async () => {
    await fillForm(traveller, { consent: false })
    await traveller.getByRole('button', { name: '提交预约' }).click()
    await expect(traveller.getByText('需要您同意才能办理').first()).toBeVisible()
    for (const box of await traveller.getByRole('checkbox').all()) await box.check()
  })
  await traveller.getByRole('button', { name: '提交预约' }).click()
  await expect(traveller.getByRole('heading', { name: /预约(已受理|已提交)/ })).toBeVisible()
  await traveller.goto('/bookings')
  await expect(traveller.getByText(/接种/).first()).toBeVisible()
})
