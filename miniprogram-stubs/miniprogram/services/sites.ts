import type { Category } from './categories'
import { send } from './transport'

/** What is printed at a place, as anybody may see it. */
export interface Site {
  code: string
  name: string
  address: string
  category: Category | null
  unit: string
}

interface Answer {
  code: string
  name: string
  address?: string | null
  category?: { code?: string | null; name?: string | null } | null
  unit?: { name: string } | null
}

export async function getSite(code: string): Promise<Site> {
  const site = await send<Answer>({ method: 'GET', path: `/api/v1/sites/${encodeURIComponent(code)}` })
  const { category } = site
  return {
    code: site.code,
    name: site.name,
    address: site.address ?? '',
    category: category?.code && category.name ? { code: category.code, name: category.name } : null,
    unit: site.unit?.name ?? '',
  }
}
