import { apiBase } from './config'
import { freshId } from './ids'
import { problemOfAnswer, problemOfFailure } from './problem'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Outgoing {
  method: Method
  /** From `/api/v1` on, with its query. */
  path: string
  body?: unknown
  token?: string
  headers?: Record<string, string>
}

const TIMEOUT_MS = 20_000
const UPLOAD_TIMEOUT_MS = 60_000

/** Sends one request; throws a `Problem` for everything that is not a 2xx. */
export function send<T>(out: Outgoing): Promise<T> {
  return new Promise((resolve, reject) => {
    wx.request({
      url: apiBase() + out.path,
      method: out.method,
      timeout: TIMEOUT_MS,
      header: headersOf(out.token, out.headers),
      ...(out.body === undefined ? {} : { data: out.body as WechatMiniprogram.IAnyObject }),
      success(answer) {
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(answer.data as T)
        else reject(problemOfAnswer(answer.statusCode, answer.data, lowerCase(answer.header)))
      },
      fail: ({ errMsg }) => reject(problemOfFailure(errMsg)),
    })
  })
}

export interface Upload {
  path: string
  filePath: string
  fields: Record<string, string>
  token?: string
  headers?: Record<string, string>
  /** Milliseconds; a minute if left out. */
  timeout?: number
  onProgress: (percent: number) => void
}

/** Sends one file as multipart/form-data; its answer always comes as text. */
export function upload<T>(out: Upload): Promise<T> {
  return new Promise((resolve, reject) => {
    const task = wx.uploadFile({
      url: apiBase() + out.path,
      filePath: out.filePath,
      name: 'file',
      formData: out.fields,
      timeout: out.timeout ?? UPLOAD_TIMEOUT_MS,
      header: headersOf(out.token, out.headers),
      success(answer) {
        const data = parsed(answer.data)
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(data as T)
        else reject(problemOfAnswer(answer.statusCode, data, {}))
      },
      fail: ({ errMsg }) => reject(problemOfFailure(errMsg)),
    })
    task.onProgressUpdate(({ progress }) => out.onProgress(progress))
  })
}

function headersOf(token: string | undefined, more: Record<string, string> | undefined): Record<string, string> {
  return { 'x-request-id': freshId('mp'), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...more }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Phones differ in how they spell the names of headers. */
function lowerCase(header: WechatMiniprogram.IAnyObject): Record<string, string> {
  return Object.fromEntries(Object.entries(header as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]))
}
