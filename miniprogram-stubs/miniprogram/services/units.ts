import type { components } from '../api/schema'
import { call } from './api'

export type Unit = components['schemas']['ShownUnit']

const SHOWN = 20

export async function searchUnits(words: string): Promise<Unit[]> {
  return (await call('get', '/api/v1/units', { query: { q: words, limit: SHOWN } })).items
}
