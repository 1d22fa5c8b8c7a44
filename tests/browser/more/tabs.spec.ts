// Many pages of one browser: a browser opens six connections to a host at most, and a stream of events keeps one.
import { bookedSession, person } from '../journey/steps'
import { expect, test } from '../test'

test.use({ serverOptions: { at: '2026-11-26T02:00:00Z' } })

const PAGES = 8

test('eight pages of an officer share one stream, and all follow the day', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const first = await person(browser, server, 'zhou')
  // signing in led to the day, so the first page has its stream already
  await expect(first.locator('.tally dd b').first()).toHaveText('0')
  await first.getByRole('link', { name: '全部' }).click()
  let streams = 0
  first.context().on('request', (request) => {
    if (request.url().endsWith('/day/events')) streams += 1
  })
  const pages = [first]
  while (pages.length < PAGES) pages.push(await first.context().newPage())
  for (const page of pages.slice(1)) {
    await page.goto('/staff/day?show=all')
    await expect(page.locator('.tally dd b').first()).toHaveText('0')
  }
  expect(streams).toBe(0)

  await bookedSession(member, server)
  for (const page of pages) await expect(page.locator('.tally dd b').first()).toHaveText('1', { timeout: 5_000 })
  expect(streams).toBe(0)

  // the page that holds the stream goes; another takes it over
  await first.close()
  await expect.poll(() => streams).toBe(1)
  await bookedSession(await person(browser, server, 'gao'), server)
  for (const page of pages.slice(1)) await expect(page.locator('.tally dd b').first()).toHaveText('2', { timeout: 5_000 })
  for (const page of pages.slice(1)) await expect(page.getByText('实时更新断开了')).toHaveCount(0)
})
