// The chief corrects the official calendar: sees before what it changes, is refused for one bad line, and somebody
// looks at the booking that it touches.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Person } from '../office'
import { expect, expectAccessible, test } from '../test'
import { person } from './steps'

const SHIPPED = path.resolve(__dirname, '../../../src/directory/data/cn_holidays.csv')
/** 2026 as it is in force, and a Saturday on which it is worked besides. */
const CORRECTED = ['date,name,kind', ...readFileSync(SHIPPED, 'utf8').split('\n').filter((line) => line.startsWith('2026-')), '2026-11-28,国庆节,workday', ''].join('\n')

test.describe('the official calendar', () => {
  test.use({ serverOptions: { at: '2026-11-26T01:00:00Z' } })

  test('a correction is looked at, imported, and touches a booking that stands', async ({ browser, server }) => {
    const member = new Person(await browser.newContext({ baseURL: server.url }), server.url)
    await member.post('/sign-in', { login: 'lin', password: server.password })
    const clearance = (await member.get('/services')).items.find(({ code }: { code: string }) => code === 'after-hours')
    const booked = await member.book(clearance, '2026-11-28', '10:00', '林女士')

    const chief = await person(browser, server, 'shen')
    await test.step('the day says that the next year is missing', async () => {
      await chief.goto('/staff/day')
      await expect(chief.getByText('2027 年的日历还没有导入')).toBeVisible()
      await chief.getByRole('link', { name: '去导入' }).click()
      await expect(chief.getByText('2027 年的日历还没有导入').first()).toBeVisible()
      await chief.getByRole('link', { name: '2026', exact: true }).click()
      await expect(chief.getByRole('table').first()).toBeVisible()
      await expect(chief.getByText('11月28日 周六 · 周末')).toHaveCount(1)
    })
    const file = (content: string) => ({ name: '2026.csv', mimeType: 'text/csv', buffer: Buffer.from(content) })
    const chosen = chief.getByLabel('日历文件（CSV）')
    await test.step('one bad line refuses the file whole and is named', async () => {
      await chosen.setInputFiles(file(CORRECTED.replace('2026-11-28,国庆节', '2026-11-31,国庆节')))
      await expect(chief.getByRole('alert')).toContainText(`第 ${CORRECTED.split('\n').length - 1} 行的日期不存在`)
      await expect(chief.getByRole('button', { name: /^导入/ })).toHaveCount(0)
    })
    await test.step('what it would change, and whom it touches, stands there before', async () => {
      await chosen.setInputFiles(file(CORRECTED))
      await expect(chief.getByText('影响 1 个预约')).toBeVisible()
      await expect(chief.getByText('2026年11月28日 周六：周末 → 调休上班（国庆节）')).toBeVisible()
      await expect(chief.getByText('还没有导入任何内容。')).toBeVisible()
      await expectAccessible(chief)
    })
    await test.step('it is imported with its source and reason, and what is odd is acknowledged', async () => {
      await chief.getByLabel('通知的文号或网址').fill('样例〔2026〕9 号')
      await chief.getByLabel('导入理由').fill('通知有更正')
      await chief.getByRole('button', { name: '导入 2026 年的日历' }).click()
      await expect(chief.getByText('请先对照通知核对，再勾选。')).toBeVisible()
      await chief.getByLabel('我已对照通知核对，确实如此').check()
      await chief.getByRole('button', { name: '导入 2026 年的日历' }).click()
      const versions = chief.getByRole('region', { name: '各版日历' })
      await expect(versions.getByRole('listitem').first()).toContainText('2026 年第 2 版')
      await expect(versions.getByRole('listitem').first()).toContainText('样例〔2026〕9 号')
      await expect(chief.getByText('11月28日 周六 · 调休上班 · 国庆节')).toHaveCount(1)
    })
    const mail = await server.mail((one) => one.subject.startsWith('官方日历有更正'))
    expect(mail.text).toContain('2026年11月28日改为调休上班日（原为周末）')

    const officer = await person(browser, server, 'zhou')
    await officer.goto('/staff/day')
    await officer.getByRole('link', { name: '去查看' }).click()
    const touched = officer.getByRole('region', { name: '受日历更正影响的预约' })
    await expect(touched.getByText('这个时段不在办理时间内')).toBeVisible()
    await expectAccessible(officer)
    await touched.getByRole('button', { name: /^标为已处理/ }).click()
    await expect(touched).toHaveCount(0)
    expect((await member.get(`/bookings/${booked.id}`)).state).toBe('requested')
  })
})
