import { apiBase } from './config'
import { freshId } from './ids'
import { networkProblem, problemOfAnswer } from './problem'

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

/** One request, one answer; throws a `Problem` for everything that is not a 2xx. */
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
      fail: () => reject(networkProblem()),
    })
  })
}

export interface Upload {
  path: string
  filePath: string
  fields: Record<string, string>
  token: string
  onProgress: (percent: number) => void
}

/** One file as multipart/form-data; its answer always comes as text. */
export function upload<T>(out: Upload): Promise<T> {
  return new Promise((resolve, reject) => {
    const task = wx.uploadFile({
      url: apiBase() + out.path,
      filePath: out.filePath,
      name: 'file',
      formData: out.fields,
      header: headersOf(out.token, {}),
      success(answer) {
        const data = parsed(answer.data)
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(data as T)
        else reject(problemOfAnswer(answer.statusCode, data, {}))
      },
      fail: () => reject(networkProblem()),
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
