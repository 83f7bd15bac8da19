import type { components } from '../api/schema'

type ProblemBody = components['schemas']['Problem']

/** `network`: no answer came, nobody knows what the server did. `busy`: try later. `refused`: the server said no, nothing was done. */
export type ProblemKind = 'network' | 'busy' | 'refused'

/** A call that failed, in words that can be shown. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly status: number
  readonly code: string
  readonly fields: { field: string; detail: string }[]
  readonly requestId: string
  readonly retryAfterSeconds: number

  constructor(given: {
    kind: ProblemKind
    code: string
    words: string
    status?: number
    fields?: { field: string; detail: string }[]
    requestId?: string
    retryAfterSeconds?: number
  }) {
    super(given.words)
    this.kind = given.kind
    this.code = given.code
    this.status = given.status ?? 0
    this.fields = given.fields ?? []
    this.requestId = given.requestId ?? ''
    this.retryAfterSeconds = given.retryAfterSeconds ?? 0
  }
}

const BUSY_STATUSES = [429, 502, 503, 504]

export function problemOfAnswer(status: number, data: unknown, header: Record<string, string>): Problem {
  const body = parsed(data)
  const retryAfterSeconds = Number(header['retry-after'] ?? 0)
  return new Problem({
    kind: BUSY_STATUSES.includes(status) ? 'busy' : 'refused',
    status,
    code: body?.code ?? `http_${status}`,
    words: body === undefined ? wordsWithoutBody(status) : detailed(body),
    fields: body?.errors ?? [],
    requestId: body?.request_id ?? header['x-request-id'] ?? '',
    retryAfterSeconds: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds : 0,
  })
}

export function networkProblem(): Problem {
  return new Problem({ kind: 'network', code: 'network', words: '网络连接不上，请检查网络后再试。' })
}

/** What to show for anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Problem ? error.message : '出了点问题，请稍后再试。'
}

function parsed(data: unknown): ProblemBody | undefined {
  const body = data as Partial<ProblemBody> | null
  return typeof body === 'object' && typeof body?.code === 'string' && typeof body.detail === 'string' ? (body as ProblemBody) : undefined
}

/** Faults of single fields say more than the sentence above them. */
function detailed(body: ProblemBody): string {
  const faults = (body.errors ?? []).map((fault) => fault.detail)
  return faults.length > 0 ? faults.join('') : body.detail
}

function wordsWithoutBody(status: number): string {
  return status >= 500 ? '系统暂时不可用，请稍后再试。' : '请求没有成功，请稍后再试。'
}
