// An officer's day: six people wait, one after the other is met, and no press is wasted.
import type { Browser, Page } from '@playwright/test'
import { Person } from '../office'
import { type Server, until } from '../server'
import { expect, test } from '../test'
import { acknowledge, expectMovingPictures, person } from './steps'

const BEFORE = '2026-11-26T01:00:00Z'
/** The first three appointments have begun, the page of the other three is open. */
const NOW = '2026-11-26T02:01:00Z'
const MOST_PRESSES = 16

interface Meeting { login: string; time: string; waits?: Person; booking: string }

/** Books with an account; three at ten o'clock, three at a quarter past. */
async function book(browser: Browser, server: Server): Promise<Meeting[]> {
  const logins = ['lin', 'gao', 'bai']
  const meetings: Meeting[] = []
  for (const time of ['02:00', '02:15']) {
    for (const login of logins) {
      const member = await signedIn(browser, server, login)
      const services = (await member.get('/services')).items as { id: string; code: string }[]
      const service_id = services.find(({ code }) => code === 'video-try')!.id
      const held = await member.post('/bookings', { service_id, starts_at: `2026-11-26T${time}:00Z` })
      await member.post(`/bookings/${held.id}/request`, { contact_name: `${login}女士`, contact_mobile: '15400000001', fields: {} })
      await member.context.close()
      meetings.push({ login, time, booking: held.id })
    }
  }
  return meetings
}

async function signedIn(browser: Browser, server: Server, login: string): Promise<Person> {
  const member = new Person(await browser.newContext({ baseURL: server.url }), server.url)
  await member.post('/sign-in', { login, password: server.password })
  return member
}

/** Waits without camera: a page that only listens, so that its person counts as being there. */
async function waitFor(browser: Browser, server: Server, meeting: Meeting): Promise<Person> {
  const guest = await signedIn(browser, server, meeting.login)
  const { id } = await guest.enter({ id: meeting.booking })
  const page = await guest.context.newPage()
  await page.goto('/api/v1/office')
  await page.evaluate((path) => new Promise((resolve) => {
    const events = new EventSource(path)
    events.onopen = resolve
  }), `/api/v1/events?topics=session:${id}`)
  return guest
}

/** Counts presses in the page itself; the count outlives a load. */
async function countPresses(page: Page): Promise<() => Promise<number>> {
  const count = () => {
    addEventListener('pointerdown', (event) => {
      if (event.isTrusted) sessionStorage.setItem('presses', String(Number(sessionStorage.getItem('presses') ?? 0) + 1))
    }, true)
  }
  await page.addInitScript(count)
  await page.evaluate(count)
  return () => page.evaluate(() => Number(sessionStorage.getItem('presses') ?? 0))
}

test.describe('a day of meetings', () => {
  test.use({ serverOptions: { at: BEFORE } })

  test('an officer takes six meetings in a row in at most 16 clicks', async ({ browser, server }) => {
    test.setTimeout(150_000)
    const meetings = await book(browser, server)
    await server.kill('SIGTERM')
    await server.start(NOW)

    const officer = await person(browser, server, 'zhou')
    await officer.goto('/staff/day')
    await expect(officer.getByRole('heading', { name: /正在等候/ })).toBeVisible()
    const presses = await countPresses(officer)

    // The first one sits there with camera and microphone, the others come without.
    const member = await person(browser, server, meetings[0]!.login)
    await member.goto(`/session/${meetings[0]!.booking}`)
    await acknowledge(member)
    await member.getByRole('button', { name: '可以了，进入等候' }).click()
    await expect(officer).toHaveTitle(/^\(1\) /)
    for (const meeting of meetings.slice(1)) meeting.waits = await waitFor(browser, server, meeting)
    await expect(officer).toHaveTitle(/^\(6\) /)

    await test.step('the first: let in from the day, the notice read once', async () => {
      await officer.getByRole('region', { name: /正在等候/ }).getByRole('link', { name: /接入/ }).first().click()
      await acknowledge(officer)
      for (const page of [member, officer]) await expectMovingPictures(page, 2)
    })
    const met: string[] = []
    const talking = async () => {
      await expect(officer.getByText('录制中')).toBeVisible({ timeout: 20_000 })
      const booking = new URL(officer.url()).pathname.split('/').pop()!
      expect(met).not.toContain(booking)
      met.push(booking)
    }
    await talking()
    // Whom one talks with stands there, and what to check of them.
    const side = officer.getByRole('complementary', { name: '这场面洽' })
    await expect(side.getByText('15400000001')).toBeVisible()
    await expect(side.getByRole('checkbox')).toHaveCount(4)

    for (const turn of [2, 3, 4, 5, 6]) {
      await test.step(`the meeting number ${turn}: two clicks after the one before`, async () => {
        const before = await presses()
        await officer.getByRole('button', { name: '结束面洽' }).click()
        await officer.getByRole('dialog').getByRole('button', { name: /结束并接下一位/ }).click()
        await expect(officer).not.toHaveURL(new RegExp(met.at(-1)!))
        await talking()
        expect(await presses()).toBe(before + 2)
        const waits = meetings.find(({ booking }) => booking === met.at(-1))!.waits!
        const { id } = await waits.post(`/bookings/${met.at(-1)}/session`)
        expect((await waits.get(`/sessions/${id}`)).me.state).toBe('admitted')
      })
    }
    await officer.getByRole('button', { name: '结束面洽' }).click()
    await officer.getByRole('dialog').getByRole('button', { name: '结束面洽' }).click()
    await expect(officer.getByRole('heading', { name: '面洽已结束' })).toBeVisible()

    const used = await presses()
    test.info().annotations.push({ type: 'clicks', description: `${used} for six meetings` })
    expect(used).toBeLessThanOrEqual(MOST_PRESSES)
    expect(met.sort()).toEqual(meetings.map(({ booking }) => booking).sort())
    await until(10_000, 'not all bookings are completed', async () => {
      const zhou = await signedIn(browser, server, 'zhou')
      const { bookings } = await zhou.get('/day?date=2026-11-26')
      await zhou.context.close()
      return bookings.every(({ state }: { state: string }) => state === 'completed') ? true : null
    })
  })
})
