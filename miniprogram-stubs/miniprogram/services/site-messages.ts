// What a delegate does with residents' messages: read, adopt as an order, answer, hand over to another delegate.
import type { components } from '../api/schema'
import { call } from './api'
import { type Order, type PageOf } from './orders'

type Schemas = components['schemas']
export type SiteMessage = Schemas['MessageView']
export type SiteMessageStatus = Schemas['SiteMessageStatus']

const PAGE_SIZE = 20

export async function listSiteMessages(status: SiteMessageStatus | undefined, cursor?: string): Promise<PageOf<SiteMessage>> {
  const query = { limit: PAGE_SIZE, ...(status === undefined ? {} : { status }), ...(cursor === undefined ? {} : { cursor }) }
  const page = await call('get', '/api/v1/site-messages', { query })
  return { items: page.items, next: page.next_cursor ?? undefined }
}

export function getSiteMessage(id: string): Promise<SiteMessage> {
  return call('get', '/api/v1/site-messages/{id}', { path: { id } })
}

export function adoptMessage(id: string, body: Schemas['AdoptMessage']): Promise<Order> {
  return call('post', '/api/v1/site-messages/{id}/adopt', { path: { id }, body })
}

export function answerMessage(id: string, text: string): Promise<SiteMessage> {
  return call('post', '/api/v1/site-messages/{id}/answer', { path: { id }, body: { text } })
}

export type Colleague = Schemas['Colleague']

/** The delegates to whom a message can be handed over. */
export async function listColleagues(id: string): Promise<Colleague[]> {
  return (await call('get', '/api/v1/site-messages/{id}/colleagues', { path: { id } })).items
}

export function handMessageOver(id: string, to: string, note: string): Promise<SiteMessage> {
  return call('post', '/api/v1/site-messages/{id}/hand-over', { path: { id }, body: { to, note } })
}
