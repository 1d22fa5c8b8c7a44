// Every page as it is with data from the real server, in both languages.
import type { Page } from '@playwright/test'
import { makeOffice } from '../office'
import { pagesOf, settle, watch } from '../pages'
import { expect, expectAccessible, test } from '../test'

test('every page is accessible, quiet and of one language', async ({ server, browser }) => {
  test.setTimeout(300_000)
  const office = await makeOffice(server, browser)
  for (const language of ['zh-CN', 'en']) {
    for (const { name, who, path } of pagesOf(office)) {
      await test.step(`${name} (${language})`, async () => {
        const page = await visit(office.people[who].context, language)
        const seen = watch(page, server.url)
        await page.goto(server.url + path)
        await settle(page)
        expect(await page.locator('html').getAttribute('lang'), name).toBe(language)
        expect(await page.title(), name).not.toBe('')
        await expectAccessible(page)
        expect(seen, name).toEqual([])
        await page.close()
      })
    }
  }
})

async function visit(context: import('@playwright/test').BrowserContext, language: string): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript((chosen) => localStorage.setItem('mianqia.language', chosen), language)
  return page
}
