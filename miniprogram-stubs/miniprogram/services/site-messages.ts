// What a delegate does with residents' messages: read, adopt as an order, answer.
import type { components } from '../api/schema'
import { call } from './api'
import { type Order, type PageOf } from './orders'

type Schemas = components['schemas']
export type SiteMessage = Schemas['MessageView']
export type SiteMessageStatus = Schemas['SiteMessageStatus']

const PAGE_SIZE = 20

export const SITE_MESSAGE_STATUS: Record<SiteMessageStatus, string> = { received: '待处理', adopted: '已采纳', answered: '已答复', refused: '未通过审核' }

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
