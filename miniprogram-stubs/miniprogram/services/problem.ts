import type { components } from '../api/schema'

type ProblemBody = components['schemas']['Problem']

/** `network`: no answer came, the server may or may not have acted. `busy`: try later. `refused`: nothing was done, and trying again changes nothing. */
export type ProblemKind = 'network' | 'busy' | 'refused'

/** The file of a photo is not on the phone any more. */
export const FILE_GONE = 'file_gone'
/** WeChat or the person refused a permission that can be switched on in the settings. */
export const PERMISSION = 'permission'
/** The person went back without choosing anything. */
export const CANCELLED = 'cancelled'

interface ProblemParts {
  kind: ProblemKind
  code: string
  words: string
  status?: number
  fields?: { field: string; detail: string }[]
  requestId?: string
  retryAfterSeconds?: number
}

/** A call that failed, with a message that can be shown. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly status: number
  readonly code: string
  readonly fields: { field: string; detail: string }[]
  readonly requestId: string
  readonly retryAfterSeconds: number

  constructor(parts: ProblemParts) {
    super(parts.words)
    this.kind = parts.kind
    this.code = parts.code
    this.status = parts.status ?? 0
    this.fields = parts.fields ?? []
    this.requestId = parts.requestId ?? ''
    this.retryAfterSeconds = parts.retryAfterSeconds ?? 0
  }
}

/** Makes a refusal of this phone, not of the server. */
export function refusal(code: string, words: string): Problem {
  return new Problem({ kind: 'refused', code, words })
}

/** A fault of the server may pass, and the same key makes a repeat harmless. */
function isBusy(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

const TOO_LARGE_STATUS = 413

export function problemOfAnswer(status: number, data: unknown, header: Record<string, string>): Problem {
  const body = parsed(data)
  const retryAfterSeconds = Number(header['retry-after'] ?? 0)
  return new Problem({
    kind: isBusy(status) ? 'busy' : 'refused',
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

const NO_SUCH_FILE = /file (doesn't|does not|not) exist|file not found|no such file|ENOENT/i

/** Classifies the `errMsg` of a call that got no answer. Phones word a missing file differently. */
export function problemOfFailure(errMsg: string): Problem {
  return NO_SUCH_FILE.test(errMsg) ? refusal(FILE_GONE, '有照片已经不在这部手机上，请删去后重新添加。') : networkProblem()
}

/** The message to show for anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Problem ? error.message : '出了点问题，请稍后再试。'
}

/** The code of a `Problem`, and nothing for any other error. */
export function errorCode(error: unknown): string {
  return error instanceof Problem ? error.code : ''
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
  if (status === TOO_LARGE_STATUS) return '照片太大，请删去后换一张，或在设置里打开“压缩照片”。'
  return status >= 500 ? '系统暂时不可用，请稍后再试。' : '请求没有成功，请稍后再试。'
}
