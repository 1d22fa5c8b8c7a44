// One person in two windows: the newest has the call and the other says so. And a machine that slept comes back by
// itself: one tile, no ghost.
import { readdirSync, readFileSync } from 'node:fs'
import { chromium, type Page } from '@playwright/test'
import config from '../playwright.config'
import { expectMovingPictures, letIn, meet, person, signIn, DESK } from '../journey/steps'
import { until } from '../server'
import { expect, expectAccessible, test } from '../test'

// Three windows that send pictures leave a small machine little for the pages themselves.
const SLOW = { timeout: 60_000 }
const tiles = (page: Page) => page.locator('.faces .tile:not(.self)')

test('the newest window has the call, the other offers to take it back, and there is one tile', async ({ browser, server }) => {
  test.setTimeout(300_000)
  const first = await person(browser, server, 'lin')
  const officer = await person(browser, server, 'zhou')
  await meet(first, officer, server)
  const second = await first.context().newPage()
  await second.goto(first.url())
  await expectMovingPictures(second, 2)
  await expect(first.getByRole('heading', { name: '您已在另一个窗口继续这场面洽' })).toBeVisible(SLOW)
  await expectAccessible(first)
  await expectMovingPictures(officer, 2)
  await expect(tiles(officer)).toHaveCount(1, SLOW)

  await first.getByRole('button', { name: '在本页面继续' }).press('Enter')
  await expectMovingPictures(first, 2)
  await expect(second.getByRole('heading', { name: '您已在另一个窗口继续这场面洽' })).toBeVisible(SLOW)
  await expectMovingPictures(officer, 2)
  await expect(tiles(officer)).toHaveCount(1, SLOW)
})

/** A process and all that it has started. */
function family(root: number): number[] {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      return [[Number(name), Number(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) \S /, '').split(' ')[0])] as const]
    } catch {
      // it has ended meanwhile
      return []
    }
  })
  const found = [root]
  for (const one of found) found.push(...parents.filter(([, parent]) => parent === one).map(([pid]) => pid))
  return found
}

test('a machine that slept for half a minute comes back into the call by itself', async ({ browser, server }) => {
  test.setTimeout(400_000)
  const sleeper = await chromium.launchServer({ ...config.use?.launchOptions })
  try {
    const own = await chromium.connect(sleeper.wsEndpoint())
    const context = await own.newContext({ baseURL: server.url, viewport: DESK, locale: 'zh-CN' })
    const member = await context.newPage()
    await member.goto('/sign-in')
    await signIn(member, 'lin')
    const officer = await person(browser, server, 'zhou')
    await letIn(member, officer, server)
    await expectMovingPictures(officer, 2)

    // A browser that is stopped hears and does nothing, as in a machine that sleeps.
    const processes = family(sleeper.process().pid!)
    const all = (signal: NodeJS.Signals) => processes.forEach((pid) => {
      try {
        process.kill(pid, signal)
      } catch {
        // one of them has ended by itself
      }
    })
    all('SIGSTOP')
    try {
      // Gone from the other side: no picture that passes for a person who sits still.
      await expect(tiles(officer).locator('video')).toBeHidden(SLOW)
      await officer.waitForTimeout(25_000)
    } finally {
      all('SIGCONT')
    }
    const woke = Date.now()
    await until(60_000, 'who slept does not come back', async () => ((await tiles(officer).locator('video').isVisible()) ? true : null))
    console.log(`back ${((Date.now() - woke) / 1_000).toFixed(1)} s after waking`)
    await expectMovingPictures(officer, 2)
    await expectMovingPictures(member, 2)
    await expect(tiles(officer)).toHaveCount(1, SLOW)
  } finally {
    await sleeper.close()
  }
})
