import type { components } from '../api/schema'
import { call } from './api'
import { Problem } from './problem'

type Schemas = components['schemas']
export type Notice = Schemas['NoticeReply']
export type Subscription = Schemas['SubscriptionReply']
export type Role = Schemas['Role']

const PAGE_SIZE = 20
const INBOX_TAB = 2
const MAX_IN_BADGE = 99
/** WeChat's limit of templates in one question. */
const MAX_TEMPLATES = 5

export async function listInbox(cursor?: string): Promise<{ items: Notice[]; next: string | undefined; unread: number }> {
  const page = await call('get', '/api/v1/inbox', { query: { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) } })
  showUnread(page.unread)
  return { items: page.items, next: page.next_cursor ?? undefined, unread: page.unread }
}

export function readNotice(id: string): Promise<Notice> {
  return call('post', '/api/v1/inbox/{id}/read', { path: { id } })
}

export async function readAllNotices(): Promise<void> {
  await call('post', '/api/v1/inbox/read-all')
  showUnread(0)
}

/** The red number on the tab; a failure leaves it as it is. */
export async function refreshUnread(): Promise<void> {
  try {
    const { unread } = await call('get', '/api/v1/inbox', { query: { limit: 1, unread: true } })
    showUnread(unread)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}

function showUnread(unread: number): void {
  const text = unread > MAX_IN_BADGE ? `${MAX_IN_BADGE}+` : String(unread)
  // Off the tab pages there is no tab bar to draw on.
  const ignore = () => undefined
  if (unread > 0) wx.setTabBarBadge({ index: INBOX_TAB, text }).catch(ignore)
  else wx.removeTabBarBadge({ index: INBOX_TAB }).catch(ignore)
}

let templates: Subscription[] = []

/** What may still be sent; call it before `askToSubscribe`, which must follow a tap at once. */
export async function listSubscriptions(): Promise<Subscription[]> {
  templates = (await call('get', '/api/v1/subscriptions')).items
  return templates
}

const WANTED: Record<Role, string[]> = {
  delegate: ['answer', 'progress'],
  handler: ['task', 'deadline', 'attention'],
  supervisor: ['attention', 'deadline'],
  operator: ['attention'],
  admin: ['attention'],
}

export function templatesFor(role: Role, all: Subscription[]): Subscription[] {
  return all.filter((template) => WANTED[role].includes(template.template_key))
}

/** Asks for the messages of a role. WeChat shows its dialog only right after a tap, so nothing may be waited for before. */
export async function askToSubscribe(role: Role, only?: string[]): Promise<Subscription[] | undefined> {
  const asked = templatesFor(role, templates).filter((template) => only?.includes(template.template_key) ?? true)
  const kinds = new Set(asked.map((template) => template.kind))
  // Those of the two kinds cannot stand in one question.
  const sameKind = kinds.size > 1 ? asked.filter((template) => template.kind === 'long_term') : asked
  const tmplIds = sameKind.slice(0, MAX_TEMPLATES).map((template) => template.template_id)
  if (tmplIds.length === 0) return undefined
  try {
    const answer = await wx.requestSubscribeMessage({ tmplIds })
    const given = answer as unknown as Record<string, string | undefined>
    const results = Object.fromEntries(tmplIds.map((id) => [id, given[id] ?? 'reject']))
    templates = (await call('post', '/api/v1/subscriptions', { body: { results } })).items
    return templates
  } catch {
    // The main switch is off, or the network is away: nothing depends on it.
    return undefined
  }
}
