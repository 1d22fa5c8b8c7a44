// The office's board: a booking is moved with the keyboard alone, and the booker hears why.
import { Person } from '../office'
import { expect, expectAccessible, test } from '../test'
import { person } from './steps'

test.describe('the board', () => {
  test.use({ serverOptions: { at: '2026-11-26T01:00:00Z' } })

  test('board: an officer moves a booking by keyboard', async ({ browser, server }) => {
    const member = new Person(await browser.newContext({ baseURL: server.url }), server.url)
    await member.post('/sign-in', { login: 'lin', password: server.password })
    const services = (await member.get('/services')).items as { code: string }[]
    const video = services.find(({ code }) => code === 'video')!
    const booking = await member.book({ ...video, fields: [] }, '2026-11-26', '14:00', '林女士', { topic: 'grain', about: '大豆进口' })
    const officer = await person(browser, server, 'zhou')
    await new Person(officer.context(), server.url).post(`/bookings/${booking.id}/accept`)

    await officer.goto('/staff/board?date=2026-11-26')
    const card = officer.locator(`[data-booking="${booking.id}"]`)
    await expect(card).toContainText('14:00–14:30')
    await expectAccessible(officer)
    await card.focus()
    await officer.keyboard.press('m')
    const said = officer.locator('[role="status"][aria-live="assertive"]')
    await expect(said).toContainText('正在改')
    await officer.keyboard.press('End')
    await officer.keyboard.press('ArrowRight')
    await expect(said).toContainText('11月27日')
    await officer.keyboard.press('ArrowUp')
    const target = (await said.textContent())!.match(/\d\d:\d\d/)![0]
    await expectAccessible(officer)
    await officer.keyboard.press('Enter')
    const ask = officer.getByRole('dialog', { name: '改到这个时间？' })
    await expect(ask).toContainText(target)
    await ask.getByLabel('改时间的理由').fill('当天下午系统检修')
    await ask.getByRole('button', { name: '改时间' }).press('Enter')
    // It is there, still accepted, with the focus; and the booker is told.
    await expect(card).toContainText(target)
    await expect(card).toContainText('已受理')
    await expect(card).toBeFocused()
    const mail = await server.mail((one) => one.subject.includes('预约已改时间'))
    expect(mail.text).toContain('当天下午系统检修')
    expect((await member.get(`/bookings/${booking.id}`)).state).toBe('accepted')
  })

  test('board: an officer drags a booking to a free time', async ({ browser, server }) => {
    const member = new Person(await browser.newContext({ baseURL: server.url }), server.url)
    await member.post('/sign-in', { login: 'lin', password: server.password })
    const services = (await member.get('/services')).items as { code: string }[]
    const video = services.find(({ code }) => code === 'video')!
    const booking = await member.book({ ...video, fields: [] }, '2026-11-26', '14:00', '林女士', { topic: 'grain', about: '大豆进口' })
    const officer = await person(browser, server, 'zhou')
    await officer.goto('/staff/board?date=2026-11-26')
    const card = officer.locator(`[data-booking="${booking.id}"]`)
    await expect(card).toContainText('14:00–14:30')
    await card.scrollIntoViewIfNeeded()
    const box = (await card.boundingBox())!
    // An hour further down, by the height of its own half hour.
    await officer.mouse.move(box.x + 20, box.y + 5)
    await officer.mouse.down()
    await officer.mouse.move(box.x + 20, box.y + 25)
    await expect(officer.locator('.ghost')).toBeVisible()
    await officer.mouse.move(box.x + 20, box.y + 5 + 2 * box.height, { steps: 4 })
    await expect(officer.locator('.ghost')).toContainText('15:00')
    await officer.mouse.up()
    const ask = officer.getByRole('dialog', { name: '改到这个时间？' })
    await ask.getByLabel('改时间的理由').fill('当天下午系统检修')
    await ask.getByRole('button', { name: '改时间' }).click()
    await expect(card).toContainText('15:00')
  })
})
