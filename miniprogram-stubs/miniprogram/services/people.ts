import type { components } from '../api/schema'
import { call } from './api'
import { ACTOR_ROLE, PERSON_LEVEL } from './labels'
import { type Me, forgetSession, rememberMe } from './session'

type Schemas = components['schemas']

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

export function roleWords(person: Schemas['Me']): string {
  if (person.role === 'delegate' && person.level) return PERSON_LEVEL[person.level]
  if (person.role === 'handler') return `${person.unit?.name ?? ACTOR_ROLE.handler}${person.unit_head ? ' · 负责人' : ''}`
  if (person.role === 'supervisor') return `${person.area?.name ?? ''}${ACTOR_ROLE.supervisor}${person.committee ? ` · ${person.committee}` : ''}`
  return ACTOR_ROLE[person.role]
}

export function actorWords(item: Schemas['TimelineItem']): string {
  const who = item.name ?? ''
  if (item.unit) return who === '' ? item.unit.name : `${item.unit.name} · ${who}`
  const role = ACTOR_ROLE[item.role]
  return who === '' || who === role ? role : `${role} · ${who}`
}
