import type { operations } from './schema'
import type { ProblemBody } from './types'

/** Codes the page gives itself; every other code is the program's. */
const NO_CONNECTION = 'no_connection'
const UNREADABLE = 'unreadable_answer'

/** Statuses with which the program says so. */
const WRONG_ITSELF = [400, 413, 415, 422]

type Operation = keyof operations
type CodeIn<Answer> = Answer extends { content: { 'application/problem+json': { code: infer Code } } } ? Code : never
/** The codes with which an operation refuses, as the API document lists them. */
type CodeOf<Name extends Operation> = Name extends Operation
  ? { [Status in keyof operations[Name]['responses']]: CodeIn<operations[Name]['responses'][Status]> }[keyof operations[Name]['responses']]
  : never
export type Code = CodeOf<Operation> | typeof NO_CONNECTION | typeof UNREADABLE

/** What went wrong with a call: the program's problem+json, or no answer at all. */
export class ApiError extends Error {
  readonly status: number
  readonly code: Code
  /** In the reader's language; empty when the page has to find the words itself. */
  readonly title: string
  readonly detail: string
  readonly field: string | null
  readonly requestId: string | null
  /** When it is worth trying again (the page's clock), where the program says so. */
  readonly retryAt: number | null
  /** What stands in the way, such as the booking that exists already. */
  readonly subjectId: string | null

  constructor(problem: Partial<ProblemBody> & { code: Code }, retryAfter?: string | null) {
    super(problem.title || problem.code)
    this.name = 'ApiError'
    this.status = problem.status ?? 0
    this.code = problem.code
    this.title = problem.title ?? ''
    this.detail = problem.detail ?? ''
    this.field = problem.field ?? null
    this.requestId = problem.request_id ?? null
    const seconds = Number(retryAfter ?? NaN)
    this.retryAt = seconds > 0 ? Date.now() + seconds * 1000 : null
    this.subjectId = problem.subject_id ?? null
  }

  /** Whether the operation refused with one of these codes; only those that it lists compile. */
  is<Name extends Operation = never>(...codes: CodeOf<Name>[]): boolean {
    return codes.some((code) => code === this.code)
  }

  /** Whether the same again gets the same answer: what was sent is wrong itself. */
  get isFinal(): boolean {
    return WRONG_ITSELF.includes(this.status)
  }

  static noConnection(): ApiError {
    return new ApiError({ code: NO_CONNECTION })
  }

  /** From an answer that is not a success. A proxy's HTML page carries no problem: only its status is told. */
  static from(response: Response, body: unknown): ApiError {
    if (body && typeof body === 'object' && 'code' in body) return new ApiError(body as ProblemBody & { code: Code }, response.headers.get('retry-after'))
    const request_id = response.headers.get('x-request-id') ?? undefined
    return new ApiError({ code: UNREADABLE, status: response.status, request_id })
  }

  /** Anything caught, as an ApiError; what is not one is a fault of the page and is thrown on. */
  static readonly of = (caught: unknown): ApiError => {
    if (caught instanceof ApiError) return caught
    throw caught
  }
}
