// The pages there are, and what holds for each of them.
import { expect, type Page } from '@playwright/test'
import type { Office } from './office'

export interface PlaceToLook {
  name: string
  who: keyof Office['people']
  path: string
  /** It does what an account does once at a time: a second page of theirs takes its place. */
  alone?: boolean
}

/** Every page with something on it, as the person who goes there. */
export function pagesOf({ bookings, services, sessionId, ratingPath, invitationPath }: Office): PlaceToLook[] {
  const page = (name: string, who: PlaceToLook['who'], path: string) => ({ name, who, path })
  const clearance = `/services/${services['after-hours'].id}`
  return [
    page('home', 'anyone', '/'),
    page('home of a member', 'lin', '/'),
    page('home of who waits for approval', 'he', '/'),
    page('service', 'anyone', clearance),
    page('slots', 'anyone', `${clearance}/slots`),
    page('slots stage by stage', 'lin', `${clearance}/slots?stages=declaration,inspection,release`),
    page('slots of a member', 'bai', `/services/${services.vaccination.id}/slots`),
    page('form', 'lin', `/bookings/${bookings.held.id}/form`),
    page('confirmed booking', 'lin', `/bookings/${bookings.accepted.id}`),
    page('another time', 'lin', `/services/${services.video.id}/slots?move=${bookings.requested.id}`),
    page('undecided booking', 'lin', `/bookings/${bookings.requested.id}`),
    page('cancelled booking', 'lin', `/bookings/${bookings.cancelled.id}`),
    page('completed booking', 'gao', `/bookings/${bookings.completed.id}`),
    page('my bookings', 'lin', '/bookings'),
    page('found by reference', 'lin', `/references/${encodeURIComponent(bookings.accepted.reference)}`),
    page('nothing by reference', 'lin', '/references/MQ0000'),
    page('sign-in', 'anyone', '/sign-in'),
    page('register', 'anyone', '/register'),
    page('register for oneself', 'anyone', '/register?for=person'),
    page('unknown link of a registration', 'anyone', '/confirm/no-such-token'),
    page('colleagues', 'lin', '/colleagues'),
    page('account and sign-ins', 'lin', '/account'),
    page('calendars', 'lin', '/account/calendars'),
    page('calendars of a chief', 'shen', '/account/calendars'),
    page('rating', 'anyone', ratingPath),
    page('unknown rating', 'anyone', '/rate/no-such-token'),
    page('devices', 'anyone', '/devices'),
    { ...page('devices and line', 'lin', `/line/${bookings.joinable.id}`), alone: true },
    page('invitation', 'anyone', invitationPath),
    page('session, notice', 'gao', `/session/${bookings.unopened.id}`),
    page('session, waiting room', 'lin', `/session/${bookings.joinable.id}`),
    page('session, too early', 'gao', `/session/${bookings.soon.id}`),
    page('session, over', 'gao', `/session/${bookings.completed.id}`),
    page("officer's day", 'zhou', '/staff/day'),
    page("officer's session", 'zhou', `/session/${bookings.joinable.id}`),
    page('official calendar', 'shen', '/staff/calendar'),
    page('enterprises', 'shen', '/staff/enterprises'),
    page('messages', 'zhou', '/staff/messages'),
    page('figures', 'yi', '/staff/figures'),
    page('figures of the chief', 'shen', '/staff/figures'),
    page('no right', 'lin', '/staff/day'),
    page('review', 'tang', '/review'),
    page('reviewed session', 'tang', `/review/${sessionId}`),
    page('not found', 'anyone', '/no/such/page'),
  ]
}

/** How somebody chose to have the pages. */
export interface Look {
  language?: 'zh-CN' | 'en'
  theme?: 'light' | 'dark' | 'contrast'
  large?: boolean
}

/**
 * A browser of the person on one of the pages, and what it did that a quiet page does not do. It is a browser of its
 * own: how somebody chose to have the pages is kept for all pages of a browser, so that two looks in one would mix.
 * Close it with `page.context().close()`.
 */
export async function open(office: Office, { who, path }: PlaceToLook, look: Look): Promise<{ page: Page; seen: string[] }> {
  const { context: signedIn, url } = office.people[who]
  const context = await signedIn.browser()!.newContext({ storageState: await signedIn.storageState() })
  const page = await context.newPage()
  const { language = 'zh-CN', theme = 'light', large = false } = look
  await page.addInitScript((kept) => {
    for (const [key, value] of Object.entries(kept)) localStorage.setItem(`mianqia.${key}`, value)
  }, { language, theme, large: large ? '1' : '0' })
  const seen = watch(page, url)
  await page.goto(url + path)
  await settle(page)
  return { page, seen }
}

/** Waits until the page has what it shows. */
async function settle(page: Page): Promise<void> {
  await expect(page.locator('h1').first()).toBeVisible()
  await expect(page.locator('.skel')).toHaveCount(0)
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
}

// Answers that a page asks for to learn that there is nothing: the browser notes them as errors by itself.
const EXPECTED = /\/api\/v1\/(me|ratings\/no-such-token|registrations\/no-such-token|references\/MQ0000|bookings\/[^/]+\/session)$/

/** Collects what a quiet page does not do: errors on the console, faults, requests to another host. */
function watch(page: Page, url: string): string[] {
  const seen: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    if (!EXPECTED.test(message.location().url)) seen.push(`${message.type()}: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (fault) => seen.push(`fault: ${fault.message}`))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`)) seen.push(`request: ${request.url()}`)
  })
  return seen
}
