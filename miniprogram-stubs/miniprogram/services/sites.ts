import type { components } from '../api/schema'
import type { Category } from './categories'
import { send } from './transport'

/** What is printed at a place, as anybody may see it. */
export interface Site {
  code: string
  name: string
  address: string
  category: Category | null
  /** Of a message to its delegates. */
  limits: components['schemas']['MessageLimits']
}

interface Answer {
  code: string
  name: string
  address?: string | null
  area?: { name: string } | null
  category?: Category | null
  limits: Site['limits']
}

export async function getSite(code: string): Promise<Site> {
  const site = await send<Answer>({ method: 'GET', path: `/api/v1/sites/${encodeURIComponent(code)}` })
  return {
    code: site.code,
    name: site.name,
    address: [site.area?.name, site.address].filter(Boolean).join(' · '),
    category: site.category ?? null,
    limits: site.limits,
  }
}
