// Many pages of one browser: a browser opens six connections to a host at most, and a stream of events keeps one.
import type { BrowserContext } from '@playwright/test'
import { acknowledge, bookedSession, person } from '../journey/steps'
import { expect, test } from '../test'

test.use({ serverOptions: { at: '2026-11-26T02:00:00Z' } })

const PAGES = 8
const STREAM = /\/events(\?|$)/

/** The streams that a browser has open, as they begin and end. */
function streamsOf(context: BrowserContext): Set<unknown> {
  const open = new Set<unknown>()
  context.on('request', (request) => STREAM.test(request.url()) && open.add(request))
  context.on('requestfinished', (request) => open.delete(request))
  context.on('requestfailed', (request) => open.delete(request))
  return open
}

test('eight pages of an officer share one stream, and all follow the day', async ({ browser, server }) => {
  const member = await person(browser, server, 'lin')
  const first = await person(browser, server, 'zhou')
  // signing in led to the day, so the first page has its stream already
  await expect(first.locator('.tally dd b').first()).toHaveText('0')
  await first.getByRole('link', { name: '全部' }).click()
  let streams = 0
  first.context().on('request', (request) => {
    if (STREAM.test(request.url())) streams += 1
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

test('seven pages of two sessions and the day have one stream, and who closed theirs is away', async ({ browser, server }) => {
  const guests = [await person(browser, server, 'lin'), await person(browser, server, 'gao')]
  const [first, second] = [await bookedSession(guests[0], server), await bookedSession(guests[1], server)]
  for (const [at, booking] of [first, second].entries()) {
    await guests[at].goto(`/session/${booking}`)
    await acknowledge(guests[at])
    await guests[at].getByRole('button', { name: '可以了，进入等候' }).click()
    await expect(guests[at].locator('.queue')).toBeVisible()
  }
  const officer = await person(browser, server, 'zhou')
  const context = officer.context()
  const open = streamsOf(context)
  const inSession = async (booking: string, page = context.newPage()) => {
    const opened = await page
    await opened.goto(`/session/${booking}`)
    await expect(opened.getByRole('button', { name: /^接入|知悉/ }).first()).toBeVisible()
    return opened
  }
  const ofFirst = [await inSession(first), await inSession(first), await inSession(first)]
  const ofSecond = [await inSession(second), await inSession(second), await inSession(second)]
  const day = await context.newPage()
  await day.goto('/staff/day?show=all')
  await expect(day.locator('.tally dd b').first()).toBeVisible()
  await expect.poll(() => open.size).toBe(1)

  // each hears of its own: one guest goes, and is gone where they waited
  await guests[0].getByRole('button', { name: '离开', exact: false }).first().click()
  for (const page of ofFirst) await expect(page.getByRole('list').filter({ hasText: '林女士' })).toHaveCount(0, { timeout: 5_000 })
  for (const page of ofSecond) await expect(page.getByRole('list').filter({ hasText: '高' })).not.toHaveCount(0)

  // whoever follows a session is there, until the last of those pages is closed
  const there = guests[1].locator('.chip-now')
  await expect(there).toBeVisible()
  for (const page of ofSecond.slice(1)) await page.close()
  await expect(there).toBeVisible()
  await ofSecond[0].close()
  await expect(there).toHaveCount(0, { timeout: 10_000 })
  await expect.poll(() => open.size).toBe(1)
})
