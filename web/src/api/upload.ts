// Sends a file and tells how far it has come, which `fetch` cannot. Everything else goes through ./client.
import { currentLanguage } from '../i18n'
import { noteServerTime } from '../state/clock'
import { ApiError } from './problem'

/** A file on its way. */
export interface Upload<Answer> {
  /** The answer, or its problem as an ApiError. */
  answer: Promise<Answer>
  stop: () => void
}

/** `progress` hears the part of the file that has been sent, from 0 to 1. */
export function upload<Answer>(path: string, query: Record<string, string>, file: Blob, progress: (part: number) => void): Upload<Answer> {
  const request = new XMLHttpRequest()
  const answer = new Promise<Answer>((resolve, reject) => {
    request.open('POST', `${path}?${new URLSearchParams(query)}`)
    request.responseType = 'text'
    request.setRequestHeader('Accept-Language', currentLanguage())
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0)
    request.onload = () => {
      noteServerTime(request.getResponseHeader('Date'))
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as Answer)
      else reject(ApiError.from(told(request), body))
    }
    request.onerror = request.onabort = () => reject(ApiError.noConnection())
    request.send(file)
  })
  return { answer, stop: () => request.abort() }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What a problem is made of beside its body. */
function told(request: XMLHttpRequest): Response {
  const headers = new Headers()
  for (const name of ['retry-after', 'x-request-id']) {
    const value = request.getResponseHeader(name)
    if (value) headers.set(name, value)
  }
  return new Response(null, { status: request.status, headers })
}
