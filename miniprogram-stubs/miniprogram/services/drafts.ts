import { freshId } from './ids'
import { type Photo, dropFile, dropOtherFiles } from './photos'
import type { Place } from './places'
import { type Video, filesOf } from './videos'
import { refusal } from './problem'
import type { Category } from './categories'

/**
 * `draft`: being written · `queued`: waits to be sent · `sending` · `refused`: cannot be sent as it is, to be corrected ·
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
  video: Video | null
  place: Place | null
  /** `近泉舜购物中心 · 洛龙区`, as shown. */
  placeWords: string
  /** Chosen by hand; otherwise the server judges by the text. */
  category: Category | null
  wantsFollowUp: boolean
  confidential: boolean
  siteCode: string
  siteName: string
  /** Why it was refused, or is still waiting. */
  problem: string
  /** It was sent and no answer came: the server may have it. */
  unanswered: boolean
  number: string
}

const STORAGE_KEY = 'drafts'
const MAX_SENT = 5

type Listener = () => void
const listeners = new Set<Listener>()
/** Percent by photo or video; only in memory, so that an upload does not write to the storage all the time. */
const progress = new Map<string, number>()

export function newDraft(site?: { code: string; name: string; category: Category | null }): Draft {
  return {
    id: freshId('d'),
    key: freshId('report'),
    state: 'draft',
    createdAt: Date.now(),
    description: '',
    photos: [],
    video: null,
    place: null,
    placeWords: '',
    category: site?.category ?? null,
    wantsFollowUp: true,
    confidential: false,
    siteCode: site?.code ?? '',
    siteName: site?.name ?? '',
    problem: '',
    unanswered: false,
    number: '',
  }
}

/** All drafts, newest first. */
export function allDrafts(): Draft[] {
  const stored = wx.getStorageSync<Draft[] | ''>(STORAGE_KEY)
  return stored === '' ? [] : stored.map(withProgress)
}

function withProgress(draft: Draft): Draft {
  const photos = draft.photos.map((photo) => ({ ...photo, progress: progress.get(photo.key) ?? photo.progress }))
  // Drafts of an earlier release know no videos.
  const video = (draft as Partial<Draft>).video ?? null
  return { ...draft, photos, video: video === null ? null : { ...video, progress: progress.get(video.key) ?? video.progress } }
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
  write(allDrafts().filter((other) => other.id !== id))
  dropUnused()
}

export function showProgress(key: string, percent: number): void {
  progress.set(key, percent)
  notify()
}

export function isEmpty(draft: Draft): boolean {
  return draft.description.trim() === '' && draft.photos.length === 0 && draft.video === null
}

/** Calls the listener whenever a draft changes; returns the function that ends this. */
export function watchDrafts(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Removes the saved files that no draft still has to send. */
export function dropUnused(): void {
  const needed = allDrafts().flatMap((draft) => (draft.state === 'sent' ? [] : draft.photos.map((photo) => photo.path).concat(filesOf(draft.video))))
  dropOtherFiles(new Set(needed))
}

/** The photos and the video of a report that has arrived are shown from the server. */
export function dropFilesOf(draft: Draft): void {
  for (const photo of draft.photos) dropFile(photo.path)
  for (const path of filesOf(draft.video)) dropFile(path)
}

function write(drafts: Draft[]): void {
  const sent = drafts.filter((draft) => draft.state === 'sent')
  const old = new Set(sent.slice(MAX_SENT).map((draft) => draft.id))
  try {
    wx.setStorageSync(
      STORAGE_KEY,
      drafts.filter((draft) => !old.has(draft.id)),
    )
  } catch {
    throw refusal('storage_full', '小程序的存储空间满了，没有保存。请先删除不用的草稿。')
  }
  notify()
}

function notify(): void {
  for (const listener of listeners) listener()
}
