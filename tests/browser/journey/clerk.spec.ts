// An export clerk on a phone: how many taps it takes, and whether one sees what one has tapped for.
import { expect, test } from '../test'
import { person, PHONE, serviceId } from './steps'

test.describe('on a working day at ten', () => {
  test.use({ serverOptions: { at: '2026-11-26T02:00:00Z' } })

  test('from the home page to a booked video meeting in five taps, and nothing typed', async ({ browser, server }) => {
    const clerk = await person(browser, server, 'lin', PHONE)
    await clerk.goto('/')
    await clerk.evaluate(() => {
      const seen = { taps: 0, keys: 0 }
      Object.assign(window, { seen })
      addEventListener('click', () => seen.taps++, true)
      addEventListener('keydown', () => seen.keys++, true)
      addEventListener('input', () => seen.keys++, true)
    })
    await clerk.getByRole('navigation', { name: '三类预约' }).getByRole('link', { name: /视频面洽/ }).click()
    await clerk.getByRole('link', { name: '选时间' }).click()
    await clerk.getByRole('button', { name: '就选这个' }).click()
    await clerk.getByRole('link', { name: '继续填写' }).click()
    await clerk.getByRole('button', { name: '提交预约' }).click()
    await expect(clerk.getByRole('heading', { name: /预约(已受理|已提交)/ })).toBeVisible()
    const seen = await clerk.evaluate(() => (window as unknown as { seen: { taps: number; keys: number } }).seen)
    expect(seen.taps).toBeLessThanOrEqual(5)
    expect(seen.keys).toBe(0)
  })

  test('a tapped day folds the month away and brings its times into view', async ({ browser, server }) => {
    const clerk = await person(browser, server, 'lin', PHONE)
    await clerk.goto(`/services/${await serviceId(server, 'after-hours')}/slots`)
    await clerk.getByRole('button', { name: /^下个月/ }).click()
    const days = clerk.getByRole('table').getByRole('row')
    await expect.poll(() => days.count()).toBeGreaterThanOrEqual(5)
    await clerk.getByRole('table').getByRole('button', { name: /^12月16日/ }).click()
    await expect(clerk.getByRole('heading', { name: /12月16日/ })).toBeInViewport()
    await expect(clerk.getByRole('button', { name: /^17:00/ })).toBeInViewport()
    await expect(days).toHaveCount(2)
    await test.step('the whole month is one tap away', async () => {
      await clerk.getByRole('button', { name: '看整月' }).click()
      await expect.poll(() => days.count()).toBeGreaterThanOrEqual(5)
    })
  })

  test('a hold taken in one tab is found again in the next', async ({ browser, server }) => {
    const clerk = await person(browser, server, 'lin', PHONE)
    const slots = `/services/${await serviceId(server, 'vaccination')}/slots`
    await clerk.goto(slots)
    await clerk.getByRole('button', { name: '就选这个' }).click()
    await expect(clerk.getByRole('link', { name: '继续填写' })).toBeVisible()
    const again = await clerk.context().newPage()
    await again.goto(slots)
    await expect(again.getByRole('link', { name: '继续填写' })).toBeVisible()
    await expect(again.getByText('已暂留')).toBeVisible()
  })

  test('who takes one time twice is told and led to the booking', async ({ browser, server }) => {
    const clerk = await person(browser, server, 'lin', PHONE)
    const slots = `/services/${await serviceId(server, 'vaccination')}/slots`
    // both are open before anything is held, so that neither can find the other's hold
    const again = await clerk.context().newPage()
    for (const tab of [clerk, again]) {
      await tab.goto(slots)
      await expect(tab.getByRole('button', { name: '就选这个' })).toBeEnabled()
    }
    await clerk.getByRole('button', { name: '就选这个' }).click()
    const booking = await clerk.getByRole('link', { name: '继续填写' }).getAttribute('href')
    await again.getByRole('button', { name: '就选这个' }).click()
    await expect(again.getByRole('button', { name: '仍要再约一个' })).toBeVisible()
    await expect(again.getByRole('link', { name: '继续填写' })).toHaveCount(0)
    await again.getByRole('link', { name: '看已有的预约' }).click()
    const id = /\/bookings\/([^/?]+)/.exec(booking ?? '')?.[1]
    expect(id).toBeTruthy()
    await expect(again).toHaveURL(new RegExp(`/bookings/${id}`))
  })
})

test.describe('with a browser in English', () => {
  test.use({ serverOptions: { at: '2026-11-26T02:00:00Z' } })

  test('the pages speak the first language of the browser that they know', async ({ browser, server }) => {
    for (const [locale, language] of [['en-GB', 'en'], ['zh-TW', 'zh-CN'], ['ru-RU', 'zh-CN']]) {
      const context = await browser.newContext({ baseURL: server.url, locale })
      const page = await context.newPage()
      await page.goto('/')
      await expect(page.locator('html'), locale).toHaveAttribute('lang', language)
      await context.close()
    }
  })
})
