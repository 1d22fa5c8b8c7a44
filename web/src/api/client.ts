// The only thing that fetches JSON. `take(api.GET('/api/v1/…'))` gives the answer or throws an ApiError.
import createClient, { type Middleware } from 'openapi-fetch'
import { currentLanguage } from '../i18n'
import { noteServerTime } from '../state/clock'
import { noteReached } from '../state/online'
import { fetchTwice } from './again'
import type { paths } from './paths'
import { ApiError } from './problem'

const PROBE_EVERY_MS = 5_000

let probing: ReturnType<typeof setInterval> | undefined
/** Asks from time to time until the program answers again; whoever waits for the line then reads anew. */
function probe() {
  noteReached(false)
  probing ??= setInterval(() => void ask(), PROBE_EVERY_MS)
}

async function ask() {
  const reached = await fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false)
  if (!reached) return
  clearInterval(probing)
  probing = undefined
  noteReached(true)
}

async function fetchOrProbe(request: Request): Promise<Response> {
  try {
    return await fetchTwice(request)
  } catch (caught) {
    if (request.signal.aborted) throw caught
    probe()
    throw ApiError.noConnection()
  }
}

let signedOut: () => void = () => {}
/** Called when the program says that nobody is signed in (any more), whatever was asked. */
export function onSignedOut(act: () => void) {
  signedOut = act
}

const headers: Middleware = {
  onRequest({ request, schemaPath }) {
    request.headers.set('Accept-Language', currentLanguage())
    const writes = request.method !== 'GET' && request.method !== 'HEAD'
    if (writes && schemaPath !== '/api/v1/sign-in' && !request.headers.has('Idempotency-Key')) {
      request.headers.set('Idempotency-Key', crypto.randomUUID())
    }
    return request
  },
  async onResponse({ response }) {
    noteReached(true)
    noteServerTime(response.headers.get('Date'))
    if (response.status !== 401) return
    const body = (await response.clone().json().catch(() => null)) as { code?: string } | null
    if (body?.code === 'not_signed_in') signedOut()
  },
}

export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', fetch: fetchOrProbe })
api.use(headers)

/** The answer of a call, or its problem as a thrown ApiError. */
export async function take<Data>(call: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
  const { data, error, response } = await call
  if (!response.ok) throw ApiError.from(response, error)
  return data as Data
}
