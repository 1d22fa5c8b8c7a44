// What several journeys do: signing in, choosing a service and a time, filling the form.
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test'
import { type Server, until } from '../server'

export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1280, height: 900 }

/** A browser window of its own, in which an account of the demo is signed in. */
export async function person(browser: Browser, server: Server, login: string, viewport = DESK): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ baseURL: server.url, viewport, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await signIn(page, login)
  return page
}

/** Fills the sign-in form of the page that is open and waits until it is gone. */
export async function signIn(page: Page, login: string, password = 'mianqia-demo'): Promise<void> {
  await page.getByLabel('登录名').fill(login)
  await page.getByLabel('密码').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}

/** The id of a service of the demo. */
export async function serviceId(server: Server, code: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/services`)
  const { items } = (await answer.json()) as { items: { id: string; code: string }[] }
  const found = items.find((service) => service.code === code)
  if (!found) throw new Error(`the demo has no service ${code}`)
  return found.id
}

/** The reference that the page shows, as it is spelled. */
export async function reference(page: Page): Promise<string> {
  const text = await page.getByText(/MQ \d{4} \w{4}-\w/).first().innerText()
  return text.match(/MQ \d{4} \w{4}-\w/)![0]
}

/** Books a time of the service that is always open for the account of the page; the id of the booking. */
export async function bookedSession(page: Page, server: Server): Promise<string> {
  const service = await serviceId(server, 'video-try')
  const from = (await (await page.request.get(`/api/v1/services/${service}`)).json()) as { now: { next_free_at: string } }
  const held = await page.request.post('/api/v1/bookings', { data: { service_id: service, starts_at: from.now.next_free_at } })
  const { id } = (await held.json()) as { id: string }
  const data = { contact_name: '林女士', contact_mobile: '15400000001', fields: {} }
  const requested = await page.request.post(`/api/v1/bookings/${id}/request`, { data })
  expect(requested.status()).toBe(200)
  return id
}

/** The first step of a session: read the notice, go on to the devices. */
export async function acknowledge(page: Page): Promise<void> {
  await page.getByText('我已阅读并知悉').click()
  await page.getByRole('button', { name: /^知悉/ }).click()
}

/** Member and officer meet in a session booked for now, and see each other. */
export async function meet(member: Page, officer: Page, server: Server): Promise<void> {
  await letIn(member, officer, server)
  await expectMovingPictures(member, 2)
}

/** A member waits in a session booked for now, and an officer lets them in. */
export async function letIn(member: Page, officer: Page, server: Server): Promise<void> {
  const booking = await bookedSession(member, server)
  await member.goto(`/session/${booking}`)
  await acknowledge(member)
  await member.getByRole('button', { name: '可以了，进入等候' }).click()
  await officer.goto(`/session/${booking}`)
  await acknowledge(officer)
  await officer.getByRole('button', { name: '进入面洽' }).click()
  await officer.getByRole('button', { name: /接入/ }).first().click()
}

/** As many pictures as people, each showing new frames. */
export async function expectMovingPictures(page: Page, people: number): Promise<void> {
  await expect(page.locator('video')).toHaveCount(people, { timeout: 20_000 })
  const frames = () =>
    page.locator('video').evaluateAll((all) =>
      all.map((one) => ({
        frames: (one as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames,
        sound: ((one as HTMLVideoElement).srcObject as MediaStream | null)?.getAudioTracks().length ?? 0,
      })),
    )
  await until(30_000, `not all of ${people} pictures move`, async () => {
    const before = await frames()
    await page.waitForTimeout(500)
    const after = await frames()
    return after.every((now, at) => now.frames > before[at].frames + 2) ? true : null
  })
}

export async function openRecordings(auditor: Page): Promise<void> {
  await auditor.getByRole('textbox', { name: '调阅目的' }).fill('例行抽查')
  await auditor.getByRole('button', { name: '记录并打开' }).click()
}

/** Fills whatever the form asks for with something that passes its checks. */
export async function fillForm(page: Page, { consent = true } = {}): Promise<void> {
  await page.getByLabel('姓名').first().fill('林女士')
  await page.getByLabel('手机号').first().fill('15400000001')
  for (const select of await page.locator('select').all()) await select.selectOption({ index: 1 })
  for (const customs of await page.locator('input[role=combobox]').all()) await customs.fill('1999')
  for (const box of consent ? await page.getByRole('checkbox').all() : []) await box.check()
  for (const field of await page.getByRole('textbox').all()) {
    if ((await field.inputValue()) !== '') continue
    const label = (await field.evaluate((one) => (one as HTMLInputElement).labels?.[0]?.innerText)) ?? ''
    if (/可不填/.test(label)) continue
    if (/HS|编码/.test(label)) await field.fill('0306179000')
    else if ((await field.getAttribute('type')) !== 'date') await field.fill('样例')
  }
}
