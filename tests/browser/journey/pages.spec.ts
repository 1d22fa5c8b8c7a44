// Every page as it is with data from the real server, in both languages.
import { makeOffice } from '../office'
import { open, pagesOf } from '../pages'
import { expect, expectAccessible, test } from '../test'

// What fails says where; a trace of so many pages would cost more time than the pages.
test.use({ trace: 'off' })

test('every page is accessible, quiet and in its language', async ({ server, browser }) => {
  test.setTimeout(300_000)
  const office = await makeOffice(server, browser)
  for (const place of pagesOf(office)) {
    // both at once: a browser context is a process of its own, and most of the time goes into the check inside of it
    const look = async (language: 'zh-CN' | 'en') => {
      const { page, seen } = await open(office, place, { language })
      await expect(page.locator('html'), place.name).toHaveAttribute('lang', language)
      await expect(page, place.name).toHaveTitle(language === 'en' ? /^[^\u4e00-\u9fff]+$/ : /[\u4e00-\u9fff]/)
      await expectAccessible(page)
      expect(seen, place.name).toEqual([])
      await page.context().close()
    }
    await test.step(place.name, async () => {
      const first = look('zh-CN')
      if (place.alone) await first
      await Promise.all([first, look('en')])
    })
  }
})
