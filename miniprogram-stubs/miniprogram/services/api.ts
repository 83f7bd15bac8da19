import type { paths } from '../api/schema'
import { Problem } from './problem'
import { NOT_BOUND, currentSession, renewSession } from './session'
import { type Method, type Upload, send, upload } from './transport'

type Verb = 'get' | 'post' | 'put' | 'delete'
type Given<T> = Exclude<T, undefined>
/** Only the verbs that the path really has; the generator marks the others `?: never`. */
type VerbOf<P extends keyof paths> = { [V in Verb]: V extends keyof paths[P] ? ([Given<paths[P][V]>] extends [never] ? never : V) : never }[Verb]
type Operation<P extends keyof paths, V extends Verb> = V extends keyof paths[P] ? Given<paths[P][V]> : never
type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never
type AnswerOf<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201)]> : never
type BodyOf<O> = O extends { requestBody?: infer B } ? Json<Given<B>> : never
type ParametersOf<O, K extends 'path' | 'query'> = O extends { parameters: { [k in K]?: infer V } } ? V : never

export interface Init<O> {
  path?: ParametersOf<O, 'path'>
  query?: ParametersOf<O, 'query'>
  body?: BodyOf<O>
  /** Makes a creating call safe to repeat. */
  idempotencyKey?: string
}

const PAUSES_MS = [400, 1_500]
const LONGEST_PAUSE_MS = 5_000

/** A call to the API; path, verb, parameters, body and answer are those of the server's own document. */
export async function call<P extends keyof paths, V extends VerbOf<P>>(verb: V, path: P, init: Init<Operation<P, V>> = {}): Promise<AnswerOf<Operation<P, V>>> {
  const filled = fill(path, init.path) + queryOf(init.query as Record<string, unknown> | undefined)
  const out = {
    method: verb.toUpperCase() as Method,
    path: filled,
    body: init.body,
    ...(init.idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': init.idempotencyKey } }),
  }
  // Asking again does no harm; doing again would, unless the server knows it for the same.
  const repeatable = verb === 'get' || init.idempotencyKey !== undefined
  return withRetries(repeatable, () => signedIn((token) => send<AnswerOf<Operation<P, V>>>({ ...out, token })))
}

/** Sends a file; the same bytes again give the same photo, so it is repeated like a question. */
export function callUpload<T>(out: Omit<Upload, 'token'>): Promise<T> {
  return withRetries(true, () => signedIn((token) => upload<T>({ ...out, token })))
}

/** Runs a call with a valid token; a person who is not bound yet is taken to the sign-in page. */
async function signedIn<T>(run: (token: string) => Promise<T>): Promise<T> {
  try {
    const { accessToken } = await currentSession()
    try {
      return await run(accessToken)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      return await run((await renewSession(accessToken)).accessToken)
    }
  } catch (error) {
    if (error instanceof Problem && error.code === NOT_BOUND) goToSignIn()
    throw error
  }
}

async function withRetries<T>(repeatable: boolean, run: () => Promise<T>): Promise<T> {
  for (const pause of repeatable ? PAUSES_MS : []) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof Problem) || error.kind === 'refused') throw error
      const asked = error.retryAfterSeconds * 1000
      if (asked > LONGEST_PAUSE_MS) throw error
      await sleep(Math.max(pause, asked))
    }
  }
  return run()
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** These pages have something to show to everybody, and ask for the sign-in themselves. */
const OPEN_PAGES = ['home', 'orders', 'inbox', 'me', 'sign-in', 'site', 'receipt', 'example', 'settings', 'review'].map((name) => `pages/${name}/index`)

/** Takes somebody who is not signed in to the sign-in page, and back to this page afterwards. */
function goToSignIn(): void {
  const page = getCurrentPages().pop() as { route: string; options: Record<string, string | undefined> } | undefined
  if (page === undefined || OPEN_PAGES.includes(page.route)) return
  const query = Object.entries(page.options).map(([name, value]) => `${name}=${value ?? ''}`)
  void wx.reLaunch({ url: signInUrl(`/${page.route}${query.length > 0 ? `?${query.join('&')}` : ''}`) })
}

/** The address of the sign-in page that leads back to `back`. */
export function signInUrl(back: string): string {
  return `/pages/sign-in/index?back=${encodeURIComponent(back)}`
}

function fill(path: string, values: Record<string, string | number> | undefined): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values?.[name] ?? '')))
}

function queryOf(values: Record<string, unknown> | undefined): string {
  const pairs = Object.entries(values ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return text === '' ? '' : `?${text}`
}
