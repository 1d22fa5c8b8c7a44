// A group is booked on a phone by a list in which one line was spoiled by a spreadsheet and is mended.
import { person, PHONE, serviceId } from '../journey/steps'
import { expect, expectAccessible, test } from '../test'

test.use({ serverOptions: { at: '2026-11-26T01:00:00Z' } })

const HEAD = '姓名,证件类型,证件号码,出生日期,手机'
const list = (second: string) => ({
  name: '名单.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from([HEAD, '测试甲,护照,MARKER0001,1990-01-01,', second, '测试丙,护照,MARKER0003,1992-03-03,'].join('\r\n')),
})

test('a list with one wrong line is mended, and everybody on it has a place at one time', async ({ browser, server }) => {
  const clerk = await person(browser, server, 'lin', PHONE)
  await clerk.goto(`/services/${await serviceId(server, 'check-up')}`)
  await clerk.getByRole('link', { name: '团体预约' }).click()
  const chosen = clerk.getByLabel('文件')

  await test.step('the line is named, with what is wrong and how it is mended; nothing can be booked yet', async () => {
    await chosen.setInputFiles(list('测试乙,身份证,2.39999E+17,,'))
    await expect(clerk.getByText('有 1 处问题')).toBeVisible()
    const fault = clerk.getByRole('listitem').filter({ hasText: '第 3 行' })
    await expect(fault).toContainText('证件号码')
    await expect(fault).toContainText('文本')
    await expect(clerk.getByRole('heading', { name: '3 人的时间' })).toHaveCount(0)
    await expectAccessible(clerk)
  })

  await test.step('mended, it is chosen again, and days with places for all are offered', async () => {
    await chosen.setInputFiles(list('测试乙,护照,MARKER0002,1991-02-02,'))
    await expect(clerk.getByText('3 人，全部正确')).toBeVisible()
    await clerk.getByRole('table').getByRole('button', { name: /^12月14日/ }).click()
    await clerk.getByRole('button', { name: /^09:00/ }).click()
  })

  await test.step('one form is filled in for all of them', async () => {
    await clerk.locator('[name="item"]').selectOption('work')
    await clerk.locator('[name="document"]').selectOption('passport')
    await clerk.locator('[name="health_consent"]').check()
    await expectAccessible(clerk)
    await clerk.getByRole('button', { name: '预约 3 人' }).click()
    await expect(clerk.getByRole('heading', { name: /预约(已受理|已提交)/ })).toBeVisible()
    await expect(clerk.getByText('3 人').first()).toBeVisible()
  })
})
