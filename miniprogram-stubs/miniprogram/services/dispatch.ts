// Where a draft would go, in the words of the report's page.
import type { components } from '../api/schema'
import type { Category } from './categories'
import type { Draft } from './drafts'
import { CATEGORY_SOURCE } from './labels'
import { tooShort } from './limits'
import { type DispatchPreview, nearby, previewDispatch } from './places'
import { destination } from './units'

type NearbyOrder = components['schemas']['NearbyOrder']

const MAX_NEARBY = 3

export interface Judged {
  area: string
  unit: string
  reason: string
  category: Category | null
  categoryNote: string
  nearbyOrders: NearbyOrder[]
}

/** What a draft lacks before it can be sent, in words; empty if nothing. */
export function whatIsMissing(draft: Draft, limits: components['schemas']['TextLimits'] | undefined): string {
  const short = tooShort(draft.description, draft.photos.length, limits)
  if (short !== '') return short
  return draft.place === null && draft.siteCode === '' ? '请先确定位置' : ''
}

/** Asks where the draft would go and what is known close by. Before a word is written nobody can say whose matter it is. */
export async function judgeDraft(draft: Draft, hasText: boolean): Promise<Judged | undefined> {
  if (draft.place === null) return undefined
  const preview = await previewDispatch(draft.place, draft.category?.code, draft.description.trim())
  const code = preview.category.code ?? undefined
  const near = code === undefined ? [] : await nearby(draft.place, code)
  return shown(preview, near, hasText)
}

function shown(preview: DispatchPreview, near: NearbyOrder[], hasText: boolean): Judged {
  const border = preview.place_relation === 'near_border' ? '（靠近边界）' : ''
  const { code, name, source } = preview.category
  const category = code && name ? { code, name } : null
  const known = category !== null || hasText
  return {
    area: preview.area ? `${preview.area.name}${border}` : '不在本市范围内',
    category,
    categoryNote: category === null ? (known ? '暂不能确定，由坐席判断' : '') : CATEGORY_SOURCE[source],
    unit: known ? destination(preview.unit?.name) : '',
    reason: known ? preview.dispatch.reason : '',
    nearbyOrders: near.slice(0, MAX_NEARBY),
  }
}
