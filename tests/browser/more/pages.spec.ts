// Every page on a phone in the looks that one can choose, and a booking without a mouse.
import type { Locator, Page } from '@playwright/test'
import { makeOffice } from '../office'
import { type Look, open, pagesOf } from '../pages'
import { expect, expectAccessible, test } from '../test'

const PHONE = { width: 390, height: 844 }
const LOOKS: Record<string, Look> = {
  dark: { theme: 'dark' },
  contrast: { theme: 'contrast' },
  large: { large: true },
  'large, dark and in English': { language: 'en', theme: 'dark', large: true },
}

// What fails says where; a trace of so many pages would cost more time than the pages.
test.use({ trace: 'off' })

for (const [name, look] of Object.entries(LOOKS)) {
  test(`every page on a phone: ${name}`, async ({ server, browser }) => {
    test.setTimeout(300_000)
    const office = await makeOffice(server, browser)
    for (const place of pagesOf(office)) {
      await test.step(place.name, async () => {
        const { page, seen } = await open(office, place, look)
        await page.setViewportSize(PHONE)
        await expectAccessible(page)
        expect(await page.evaluate(() => document.documentElement.scrollWidth), place.name).toBeLessThanOrEqual(PHONE.width)
        expect(seen, place.name).toEqual([])
        await page.context().close()
      })
    }
  })
}

test.describe('without a mouse', () => {
  test.use({ serverOptions: { at: '2026-11-26T01:52:00Z' } })

  test('one books with the keyboard alone', async ({ page, server }) => {
    await page.goto('/')
    await tabTo(page, page.getByRole('link', { name: /^视频面洽/ }))
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByRole('link', { name: '选时间', exact: true }))
    await page.keyboard.press('Enter')

    await test.step('a day with the arrows, a time with the tabulator', async () => {
      await expect(page.getByRole('heading', { name: '选一个时间' })).toBeVisible()
      await tabTo(page, page.getByRole('table').getByRole('button').first())
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('heading', { name: /11月27日/ })).toBeVisible()
      await tabTo(page, page.getByRole('button', { name: /^09:30/ }))
      await page.keyboard.press('Enter')
    })
    await test.step('sign in and come back to the time', async () => {
      await tabTo(page, page.getByRole('link', { name: '登录后预约' }).or(page.getByRole('button', { name: '登录后预约' })))
      await page.keyboard.press('Enter')
      await tabTo(page, page.getByLabel('登录名'))
      await page.keyboard.type('lin')
      await page.keyboard.press('Tab')
      await page.keyboard.type(server.password)
      await page.keyboard.press('Enter')
      await expect(page).toHaveURL(/slots/)
    })
    await test.step('hold it and fill the form', async () => {
      await tabTo(page, page.getByRole('button', { name: '暂留这个时间' }))
      await page.keyboard.press('Enter')
      await expect(page.getByText('已暂留')).toBeVisible()
      await tabTo(page, page.getByRole('link', { name: '继续填写' }))
      await page.keyboard.press('Enter')
      await tabTo(page, page.getByLabel('手机号'))
      await page.keyboard.type('15400000001')
      await tabTo(page, page.getByLabel('事项'))
      await page.keyboard.press('ArrowDown')
      await tabTo(page, page.getByLabel('要谈的内容'))
      await page.keyboard.type('大豆进口检疫许可的材料怎么准备。')
      await tabTo(page, page.getByRole('button', { name: '提交预约' }))
      await page.keyboard.press('Enter')
    })
    await expect(page.getByRole('heading', { name: '预约已提交' })).toBeFocused()
  })
})

/** Goes on with the tabulator until the focus is there; it has to be seen there. */
async function tabTo(page: Page, goal: Locator): Promise<void> {
  const MOST = 120
  await expect(goal).toBeVisible()
  for (let pressed = 0; pressed < MOST; pressed += 1) {
    await page.keyboard.press('Tab')
    if (await goal.evaluate((element) => element === document.activeElement)) {
      expect(await goal.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe('none')
      return
    }
  }
  throw new Error(`the keyboard does not reach ${goal}`)
}
