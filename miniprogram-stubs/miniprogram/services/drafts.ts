import { freshId } from './ids'
import { type Photo, dropFile } from './photos'
import type { Place } from './places'
import type { Category } from './categories'

/**
 * `draft`: being written · `queued`: to be sent, as soon as it goes · `sending` · `refused`: the server said no, to be corrected ·
 * `sent`: has its number.
 */
export type DraftState = 'draft' | 'queued' | 'sending' | 'refused' | 'sent'

/** A report on this phone, from the first word until the server has it. */
export interface Draft {
  id: string
  /** Made by this phone and sent with the report, so that sending it twice makes one order. */
  key: string
  state: DraftState
  createdAt: number
  description: string
  photos: Photo[]
  place: Place | null
  /** `近泉舜购物中心 · 洛龙区`, as shown. */
  placeWords: string
  category: Category | null
  /** Chosen by hand, so that a suggestion does not replace it. */
  categoryChosen: boolean
  wantsFollowUp: boolean
  confidential: boolean
  siteCode: string
  siteName: string
  /** Why it was refused, or is still waiting. */
  problem: string
  number: string
}

const KEPT = 'drafts'
const MOST_SENT_KEPT = 5

type Listener = () => void
const listeners = new Set<Listener>()

export function newDraft(site?: { code: string; name: string; category: Category | null }): Draft {
  return {
    id: freshId('d'),
    key: freshId('report'),
    state: 'draft',
    createdAt: Date.now(),
    description: '',
    photos: [],
    place: null,
    placeWords: '',
    category: site?.category ?? null,
    categoryChosen: Boolean(site?.category),
    wantsFollowUp: true,
    confidential: false,
    siteCode: site?.code ?? '',
    siteName: site?.name ?? '',
    problem: '',
    number: '',
  }
}

/** The newest first. */
export function allDrafts(): Draft[] {
  const kept = wx.getStorageSync<Draft[] | ''>(KEPT)
  return kept === '' ? [] : kept
}

export function findDraft(id: string): Draft | undefined {
  return allDrafts().find((draft) => draft.id === id)
}

export function saveDraft(draft: Draft): void {
  const others = allDrafts().filter((other) => other.id !== draft.id)
  write([draft, ...others].sort((a, b) => b.createdAt - a.createdAt))
}

/** Changes a draft that may have been changed elsewhere meanwhile; nothing happens when it is gone. */
export function changeDraft(id: string, change: Partial<Draft>): Draft | undefined {
  const draft = findDraft(id)
  if (draft === undefined) return undefined
  const changed = { ...draft, ...change }
  saveDraft(changed)
  return changed
}

export function removeDraft(id: string): void {
  const draft = findDraft(id)
  for (const photo of draft?.photos ?? []) dropFile(photo.path)
  write(allDrafts().filter((other) => other.id !== id))
}

export function isEmpty(draft: Draft): boolean {
  return draft.description.trim() === '' && draft.photos.length === 0
}

/** Called whenever a draft changes, until the function that is given back is called. */
export function watchDrafts(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function write(drafts: Draft[]): void {
  const sent = drafts.filter((draft) => draft.state === 'sent')
  const old = new Set(sent.slice(MOST_SENT_KEPT).map((draft) => draft.id))
  for (const draft of drafts) if (old.has(draft.id)) draft.photos.forEach((photo) => dropFile(photo.path))
  wx.setStorageSync(
    KEPT,
    drafts.filter((draft) => !old.has(draft.id)),
  )
  for (const listener of listeners) listener()
}
