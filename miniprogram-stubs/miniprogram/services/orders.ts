import type { components, operations } from '../api/schema'
import { call } from './api'

type Schemas = components['schemas']
export type Order = Schemas['OrderView']
export type OrderSummary = Schemas['OrderSummary']
export type TimelineItem = Schemas['TimelineItem']
export type Verdict = Schemas['GiveVerdict']
export type Filter = NonNullable<operations['list_orders']['parameters']['query']>

export interface PageOf<T> {
  items: T[]
  next: string | undefined
}

const PAGE_SIZE = 20

export async function listOrders(filter: Filter, cursor?: string): Promise<PageOf<OrderSummary>> {
  const page = await call('get', '/api/v1/orders', { query: { limit: PAGE_SIZE, ...filter, ...(cursor === undefined ? {} : { cursor }) } })
  return { items: page.items, next: page.next_cursor ?? undefined }
}

/** How many there are, as far as one page tells: `99+` and the like are not known. */
export async function firstOrders(filter: Filter, limit: number): Promise<PageOf<OrderSummary>> {
  const page = await call('get', '/api/v1/orders', { query: { ...filter, limit } })
  return { items: page.items, next: page.next_cursor ?? undefined }
}

export function getOrder(number: string): Promise<Order> {
  return call('get', '/api/v1/orders/{number}', { path: { number } })
}

export async function getTimeline(number: string): Promise<TimelineItem[]> {
  return (await call('get', '/api/v1/orders/{number}/timeline', { path: { number } })).items
}

export type EarlierOrder = Schemas['EarlierOrder']

/** What happened within 50 m of the order's place before. */
export async function getPlaceHistory(number: string): Promise<EarlierOrder[]> {
  return (await call('get', '/api/v1/orders/{number}/place-history', { path: { number } })).items
}

export function submitOrder(body: Schemas['SubmitOrder'], idempotencyKey: string): Promise<Order> {
  return call('post', '/api/v1/orders', { body, idempotencyKey })
}

export function endorse(number: string) {
  return call('post', '/api/v1/orders/{number}/endorsements', { path: { number } })
}

export function accept(number: string): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/accept', { path: { number } })
}

export function giveVerdict(number: string, body: Verdict): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/verdict', { path: { number }, body })
}

export function reopen(number: string, body: Schemas['ReopenOrder']): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/reopen', { path: { number }, body })
}

export function cancel(number: string, reason: string): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/cancel', { path: { number }, body: { reason } })
}

export function reply(number: string, body: Schemas['ReplyOrder']): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/reply', { path: { number }, body })
}

export function returnOrder(number: string, body: Schemas['ReturnOrder']): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/return', { path: { number }, body })
}

export function askExtension(number: string, body: Schemas['AskExtension']): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/extensions', { path: { number }, body })
}

export function subAssign(number: string, body: Schemas['SubAssign']): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/sub-assignments', { path: { number }, body })
}

export function urge(number: string, note: string): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/urges', { path: { number }, body: { note } })
}

export function note(number: string, text: string): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/notes', { path: { number }, body: { text } })
}

export function track(number: string, body: Schemas['TrackOrder']): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/tracking', { path: { number }, body })
}

export function issueSupervisionOrder(number: string, requirement: string): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/supervision-orders', { path: { number }, body: { requirement } })
}

export function answerSupervisionOrder(number: string, no: string, text: string): Promise<Order> {
  return call('post', '/api/v1/orders/{number}/supervision-orders/{no}/answer', { path: { number, no }, body: { text } })
}
