// An office at work, made through the API: bookings in every state, a video session under way and one that is
// over, an enterprise that waits for approval. It is Thursday 26 November 2026, shortly before ten in Beijing.
import { type APIRequestContext, type Browser, type BrowserContext, expect } from '@playwright/test'
import { type Server, until } from './server'

const DAY_BEFORE = '2026-11-25T00:30:00Z'
const NOW = '2026-11-26T01:52:00Z'
const TODAY = '2026-11-26'
const NOTICE_VERSION = 5

type Json = Record<string, any>

/** Somebody who is signed in, in a browser context of their own. */
export class Person {
  constructor(readonly context: BrowserContext, readonly url: string) {}

  get request(): APIRequestContext {
    return this.context.request
  }

  async get(path: string): Promise<any> {
    const answer = await this.request.get(`${this.url}/api/v1${path}`)
    expect(answer.ok(), `GET ${path}: ${await answer.text()}`).toBe(true)
    return answer.json()
  }

  async post(path: string, data: Json = {}): Promise<any> {
    const answer = await this.request.post(`${this.url}/api/v1${path}`, {
      data,
      headers: { 'Idempotency-Key': crypto.randomUUID() },
    })
    expect(answer.ok(), `POST ${path}: ${await answer.text()}`).toBe(true)
    return answer.status() === 204 ? {} : answer.json()
  }

  /** Takes a free place and sends the form. */
  async book(service: Json, date: string, time: string, contact: string, more: Json = {}): Promise<Json> {
    const held = await this.hold(service, date, time)
    const fields = { ...answers(service), ...more }
    return this.post(`/bookings/${held.id}/request`, { contact_name: contact, contact_mobile: '15400000042', fields })
  }

  async hold(service: Json, date: string, time: string): Promise<Json> {
    const starts_at = new Date(`${date}T${time}:00+08:00`).toISOString()
    return this.post('/bookings', { service_id: service.id, starts_at })
  }

  /** Goes into the session of a booking as far as the waiting room (an officer: into the session). */
  async enter(booking: Json): Promise<Json> {
    const { id } = await this.post(`/bookings/${booking.id}/session`)
    await this.post(`/sessions/${id}/acknowledge`, { notice_version: NOTICE_VERSION })
    return this.post(`/sessions/${id}/wait`)
  }
}

export interface Office {
  people: Record<'anyone' | 'lin' | 'gao' | 'bai' | 'he' | 'luo' | 'zhou' | 'shen' | 'tang' | 'yi', Person>
  services: Record<string, Json>
  bookings: Record<'held' | 'requested' | 'accepted' | 'soon' | 'joinable' | 'unopened' | 'completed' | 'cancelled', Json>
  /** The session that is over. */
  sessionId: string
  /** The one-time address of a rating that is open. */
  ratingPath: string
  /** Behind the link of an invitation that nobody has taken. */
  invitationPath: string
}

/** Something a form takes, by the kinds of its required fields. */
function answers(service: Json): Json {
  const samples: Json = {
    text: '样例货物', long_text: '货物需在当天装车，等不到上班时间。', port_code: '0100', hs_codes: '1001190001',
    declaration_no: '010020261000000012', date: '2026-12-20', number: 2, consent: true,
  }
  const required = service.fields.filter((field: Json) => field.required)
  return Object.fromEntries(required.map((field: Json) => [field.key, samples[field.kind] ?? field.options[0].value]))
}

/** Makes the office on a server that has the demo's data; the server is at work at `NOW` afterwards. */
export async function makeOffice(server: Server, browser: Browser): Promise<Office> {
  await server.kill('SIGTERM')
  await server.start(DAY_BEFORE)
  const open = async (login?: string) => {
    const person = new Person(await browser.newContext(), server.url)
    if (login) await person.post('/sign-in', { login, password: server.password })
    return person
  }
  const logins = ['lin', 'gao', 'bai', 'he', 'luo', 'zhou', 'shen', 'tang', 'yi'] as const
  const people = { anyone: await open() } as Office['people']
  for (const login of logins) people[login] = await open(login)
  const { lin, gao, bai, luo, zhou } = people
  const services = Object.fromEntries((await lin.get('/services')).items.map((one: Json) => [one.code, one]))

  const clearance = services['after-hours']
  const evening = await bai.book(clearance, TODAY, '18:00', '白先生', { goods: '冷藏三文鱼', consignee: '雪原样例粮油' })
  await zhou.post(`/bookings/${evening.id}/accept`)
  const refused = await bai.book(clearance, TODAY, '19:00', '白先生')
  await zhou.post(`/bookings/${refused.id}/refuse`, { reason: '当晚关员已排满，请改约次日 8 点前。' })
  await luo.book(services.vaccination, TODAY, '09:00', '罗先生')
  await luo.book(services['check-up'], TODAY, '11:00', '罗先生')
  const joinable = await lin.book(services.video, TODAY, '10:00', '林女士', { topic: 'grain', about: '大豆进口检疫许可的材料怎么准备。' })
  await zhou.post(`/bookings/${joinable.id}/accept`)
  const soon = await gao.book(services.video, TODAY, '14:30', '高先生', { topic: 'relief', about: '科研设备减免税的手续。' })
  await zhou.post(`/bookings/${soon.id}/accept`)
  const undone = await lin.book(services['check-up'], '2026-11-30', '09:00', '林女士')
  await lin.post(`/bookings/${undone.id}/cancel`, { reason: '行程改了。' })
  const requested = await lin.book(services.video, '2026-11-27', '10:30', '林女士', { topic: 'grain', about: '到港大豆的指定监管场地。' })

  await server.kill('SIGTERM')
  await server.start(NOW)
  // a day went by: everybody signs in anew
  for (const login of logins) await people[login].post('/sign-in', { login, password: server.password })
  const accepted = await lin.book(services['video-try'], '2026-11-28', '09:15', '林女士')
  const completed = await gao.book(services['video-try'], TODAY, '10:00', '高先生')
  const { id: sessionId } = await gao.enter(completed)
  const { me } = await gao.get(`/sessions/${sessionId}`)
  await zhou.enter(completed)
  await zhou.post(`/sessions/${sessionId}/participants/${me.id}/admit`)
  await zhou.post(`/sessions/${sessionId}/end`)
  const rating = await until(10_000, 'no link to rate', async () => {
    const { url } = await gao.get(`/bookings/${completed.id}/rating`)
    return url as string | null
  })
  await lin.enter(joinable)
  const unopened = await gao.book(services['video-try'], TODAY, '10:00', '高先生')
  const held = await lin.hold(clearance, '2026-11-28', '08:00')
  const invitation = await lin.post(`/bookings/${accepted.id}/invitations`, { label: '翻译' })

  return {
    people,
    services,
    bookings: { held, requested, accepted, soon, joinable, unopened, completed, cancelled: undone },
    sessionId,
    ratingPath: new URL(rating).pathname,
    invitationPath: invitation.path,
  }
}
