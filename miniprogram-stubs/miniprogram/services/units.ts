import type { components } from '../api/schema'
import { call } from './api'

export type Unit = components['schemas']['ShownUnit']

const SHOWN = 20

export async function searchUnits(words: string): Promise<Unit[]> {
  return (await call('get', '/api/v1/units', { query: { q: words, limit: SHOWN } })).items
}

/** Where an order is, in the same words before it is sent, right after and on its page. */
export function destination(unit: string | undefined): string {
  return unit === undefined || unit === '' ? '12345 坐席判断后派单' : unit
}

/** The sentence after sending. */
export function sentTo(unit: string | undefined): string {
  return unit === undefined || unit === '' ? '已转 12345 坐席，坐席判断后派给承办单位。' : `已派给${unit}。`
}
