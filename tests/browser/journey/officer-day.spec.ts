// The officer's day: one decides knowing what it is about, is warned of two meetings at once, and never loses the place.
import { Person } from '../office'
import { expect, expectAccessible, test } from '../test'
import { person } from './steps'

test.describe('the day', () => {
  test.use({ serverOptions: { at: '2026-11-26T01:00:00Z' } })

  test('an officer decides one request after the other', async ({ browser, server }) => {
    for (const [login, time, topic] of [['lin', '14:00', 'grain'], ['gao', '14:00', 'relief'], ['bai', '15:00', 'bonded']] as const) {
      const member = new Person(await browser.newContext({ baseURL: server.url }), server.url)
      await member.post('/sign-in', { login, password: server.password })
      const services = (await member.get('/services')).items as { code: string }[]
      const video = services.find(({ code }) => code === 'video')!
      await member.book({ ...video, fields: [] }, '2026-11-26', time, '联系人', { topic, about: `要谈的事：${login}` })
      await member.context.close()
    }
    const officer = await person(browser, server, 'zhou')
    await officer.goto('/staff/day')
    const undecided = officer.getByRole('region', { name: /等您决定/ })
    const rows = undecided.getByRole('listitem')
    await expect(rows).toHaveCount(3)
    // What each is about stands there before one decides.
    await expect(undecided.getByText(/粮食进口/)).toBeVisible()
    await expect(undecided.getByText('要谈的事：lin')).toBeVisible()
    await expectAccessible(officer)

    await rows.first().getByRole('button', { name: /^受理/ }).focus()
    await officer.keyboard.press('Enter')
    await expect(rows).toHaveCount(2)
    // The row is gone, the next one has the focus: the keyboard goes on from there.
    await expect(rows.first().getByRole('button', { name: /^受理/ })).toBeFocused()

    // At the same time as the one just accepted.
    await expect(rows.first().getByText(/您 14:00 已有预约/)).toBeVisible()
    await officer.keyboard.press('Enter')
    const warning = officer.getByRole('dialog', { name: '这个时间您已有预约' })
    await expect(warning.getByText('14:00–14:30')).toBeVisible()
    await warning.getByRole('button', { name: '仍然受理' }).click()
    await expect(rows).toHaveCount(1)
    await expect(rows.first().getByRole('button', { name: /^受理/ })).toBeFocused()
    await officer.keyboard.press('Enter')
    await expect(undecided.getByText('没有等待决定的预约。')).toBeVisible()
    expect(await officer.evaluate(() => document.activeElement === document.body)).toBe(false)

    // Three in a row are told as one.
    await expect(officer.locator('.toast')).toHaveCount(1)
    await expect(officer.locator('.toast')).toContainText('3 件')

    // Mine: all three; a colleague's day has none of them until they look at everybody's.
    const line = (page: typeof officer) => page.getByRole('region', { name: '时间线' })
    await expect(line(officer).getByRole('button', { name: '粮食进口' })).toBeVisible()
    const colleague = await person(browser, server, 'han')
    await colleague.goto('/staff/day')
    await expect(colleague.getByRole('heading', { name: /等您决定/ })).toBeVisible()
    await expect(line(colleague).getByRole('button', { name: '粮食进口' })).toHaveCount(0)
    await colleague.getByRole('link', { name: '全部' }).click()
    await expect(line(colleague).getByRole('button', { name: '粮食进口' })).toBeVisible()
  })
})
