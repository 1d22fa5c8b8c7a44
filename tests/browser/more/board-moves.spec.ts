// Several bookings of the office's board are moved at once, with the keyboard alone, and each booker hears why.
import { Person } from '../office'
import { person } from '../journey/steps'
import { expect, expectAccessible, test } from '../test'

test.describe('the board', () => {
  test.use({ serverOptions: { at: '2026-11-26T01:00:00Z' } })

  test('an officer picks two bookings and moves both an hour later', async ({ browser, server }) => {
    const member = new Person(await browser.newContext({ baseURL: server.url }), server.url)
    await member.post('/sign-in', { login: 'lin', password: server.password })
    const services = (await member.get('/services')).items as { code: string }[]
    const video = services.find(({ code }) => code === 'video')!
    const book = (clock: string) => member.book({ ...video, fields: [] }, '2026-11-27', clock, '林女士', { topic: 'grain', about: '大豆进口' })
    const both = [await book('09:00'), await book('10:00')]
    const officer = await person(browser, server, 'zhou')
    await officer.goto('/staff/board?date=2026-11-27')
    await officer.getByRole('button', { name: '多选' }).press('Enter')
    const cards = both.map(({ id }) => officer.locator(`[data-booking="${String(id)}"]`))
    for (const card of cards) {
      await card.press('Space')
      await expect(card).toHaveAttribute('aria-pressed', 'true')
    }
    await expect(officer.getByText('已选 2 个')).toBeVisible()
    await expectAccessible(officer)
    await cards[1]!.press('m')
    const ask = officer.getByRole('dialog', { name: '2 个预约一起改时间' })
    await ask.getByLabel('怎样改').selectOption('later')
    await expect(ask.getByRole('status')).toHaveText('2 个都能改。')
    await expectAccessible(officer)
    await ask.getByLabel('改时间的理由').fill('上午系统检修')
    await ask.getByRole('button', { name: '改 2 个预约的时间' }).press('Enter')
    await expect(cards[0]!).toContainText('10:00–10:30')
    await expect(cards[1]!).toContainText('11:00–11:30')
    await expect(officer.getByRole('button', { name: '多选' })).toBeFocused()
    for (const { id } of both) {
      const { starts_at } = await member.get(`/bookings/${String(id)}`)
      expect(starts_at).toBe(id === both[0]!.id ? '2026-11-27T02:00:00Z' : '2026-11-27T03:00:00Z')
    }
    const mail = await server.mail((one) => one.subject.includes('预约已改时间'))
    expect(mail.text).toContain('上午系统检修')
  })
})
