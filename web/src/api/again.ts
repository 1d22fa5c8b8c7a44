// Requests whose answer got lost on the way. Sending one again is safe: reads change nothing, and writes carry an
// idempotency key, so that the program answers the second with what it did at the first.

const AFTER_MS = 800
/** While the program is still at it, the answer is asked for so many times more, with growing pauses. */
const PATIENCE = 5

export interface Ways {
  fetch: (request: Request) => Promise<Response>
  pause: (ms: number) => Promise<void>
}

const ways: Ways = {
  fetch: (request) => fetch(request),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** Sends a request, and once more when there was no answer. Throws what the second failed with. */
export async function fetchTwice(request: Request, { fetch, pause }: Ways = ways): Promise<Response> {
  const again = request.clone()
  try {
    return await fetch(request)
  } catch (caught) {
    if (request.signal.aborted) throw caught
  }
  for (let turn = 1; ; turn += 1) {
    await pause(AFTER_MS * turn)
    const answer = await fetch(again.clone())
    if (turn > PATIENCE || !(await isInFlight(answer))) return answer
  }
}

async function isInFlight(answer: Response): Promise<boolean> {
  if (answer.status !== 409) return false
  const body = (await answer.clone().json().catch(() => null)) as { code?: string } | null
  return body?.code === 'idempotency_in_flight'
}
