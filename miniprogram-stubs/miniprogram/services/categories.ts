import type { components } from '../api/schema'
import { call } from './api'

type Schemas = components['schemas']
export type CategoryGroup = Schemas['Group']
export type Suggestion = Schemas['Suggestion']

export interface Category {
  code: string
  name: string
}

let known: Promise<CategoryGroup[]> | undefined

/** The tree; it changes rarely, so once for as long as the mini-program is open. */
export function categoryTree(): Promise<CategoryGroup[]> {
  known ??= call('get', '/api/v1/categories').then(({ items }) => items)
  known.catch(() => {
    known = undefined
  })
  return known
}

/** Danger to life: the number to call, and the server's own sentence. */
export interface Emergency {
  kind: string
  call: string
  message: string
}

/** One of two matters that a text tells of, in the person's own words. */
export interface SuggestedMatter {
  text: string
  category: Suggestion
}

export interface Suggestions {
  suggestions: Suggestion[]
  /** Two, or none. */
  matters: SuggestedMatter[]
  emergency: Emergency | null
}

export async function suggestCategories(text: string): Promise<Suggestions> {
  const answer: { suggestions: Suggestion[]; matters?: SuggestedMatter[]; emergency?: Emergency | null } = await call('post', '/api/v1/categories/suggest', {
    body: { text },
  })
  return { suggestions: answer.suggestions, matters: answer.matters ?? [], emergency: answer.emergency ?? null }
}
