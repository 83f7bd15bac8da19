import type { components } from '../api/schema'
import { Problem, networkProblem } from './problem'
import { send } from './transport'

type SignInAnswer = components['schemas']['SignInAnswer']
type SignedIn = components['schemas']['SignedIn']
export type Me = components['schemas']['Me']

interface Session {
  accessToken: string
  refreshToken: string
  me: Me
}

const KEPT = 'session'
/** Thrown when this WeChat account belongs to nobody on the roster yet. */
export const NOT_BOUND = 'not_bound'

let session: Session | undefined
let renewing: Promise<Session> | undefined
let bindTicket = ''

/** Who is signed in, as far as this phone remembers. */
export function me(): Me | undefined {
  return remembered()?.me
}

/** The current session; signs in first where there is none. */
export async function currentSession(): Promise<Session> {
  return remembered() ?? once(signInByWeChat)
}

/** After a 401 for `stale`: the next token. Several calls at once share one renewal, and only one login is ever in flight. */
export function renewSession(stale: string): Promise<Session> {
  const now = remembered()
  if (now !== undefined && now.accessToken !== stale) return Promise.resolve(now)
  return once(renew)
}

/** Signs in by the WeChat account alone; throws `not_bound` when the phone number is needed. */
export function signIn(): Promise<Session> {
  return once(signInByWeChat)
}

/** Ties this WeChat account to the person with this phone number. */
export async function bindByPhone(phoneCode: string): Promise<Me> {
  if (bindTicket === '') await signIn().catch(unlessNotBound)
  const body = { bind_ticket: bindTicket, phone_code: phoneCode }
  try {
    return keep(await send<SignedIn>({ method: 'POST', path: '/api/v1/sessions/bind', body })).me
  } finally {
    // A ticket is good for one try.
    bindTicket = ''
  }
}

export function forgetSession(): void {
  session = undefined
  wx.removeStorageSync(KEPT)
}

/** Replaces what is known of the person, e.g. after the roster changed. */
export function rememberMe(me: Me): void {
  const now = remembered()
  if (now !== undefined) store({ ...now, me })
}

function once(start: () => Promise<Session>): Promise<Session> {
  renewing ??= start().finally(() => {
    renewing = undefined
  })
  return renewing
}

async function renew(): Promise<Session> {
  const refreshToken = remembered()?.refreshToken
  if (refreshToken === undefined) return signInByWeChat()
  try {
    return keep(await send<SignedIn>({ method: 'POST', path: '/api/v1/sessions/refresh', body: { refresh_token: refreshToken } }))
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'refused') throw error
    forgetSession()
    return signInByWeChat()
  }
}

async function signInByWeChat(): Promise<Session> {
  const code = await loginCode()
  const answer = await send<SignInAnswer>({ method: 'POST', path: '/api/v1/sessions', body: { code } })
  if (answer.status === 'bind_required') {
    bindTicket = answer.bind_ticket
    throw new Problem({ kind: 'refused', code: NOT_BOUND, words: '请先验证手机号，确认代表或工作人员身份。', status: 401 })
  }
  return keep(answer)
}

async function loginCode(): Promise<string> {
  try {
    return (await wx.login()).code
  } catch {
    throw networkProblem()
  }
}

function unlessNotBound(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== NOT_BOUND) throw error
}

function keep(answer: SignedIn): Session {
  return store({ accessToken: answer.access_token, refreshToken: answer.refresh_token, me: answer.user })
}

function store(next: Session): Session {
  session = next
  wx.setStorageSync(KEPT, next)
  return next
}

function remembered(): Session | undefined {
  if (session === undefined) {
    const kept = wx.getStorageSync<Session | ''>(KEPT)
    if (kept !== '') session = kept
  }
  return session
}
