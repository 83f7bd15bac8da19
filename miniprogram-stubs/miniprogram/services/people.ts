import { call } from './api'
import { type Me, forgetSession, rememberMe } from './session'

export async function fetchMe(): Promise<Me> {
  const person = await call('get', '/api/v1/me')
  rememberMe(person)
  return person
}

/** Ends the session here; the WeChat account stays bound, so opening the mini-program again signs in again. */
export async function unbind(): Promise<void> {
  await call('post', '/api/v1/me/unbind')
  forgetSession()
}
