import { type Draft, allDrafts, changeDraft, findDraft } from './drafts'
import { freshId } from './ids'
import { type Order, submitOrder } from './orders'
import { type Photo, uploadPhoto } from './photos'
import { Problem, errorMessage } from './problem'

const AGAIN_MS = 15_000
/** Percent; every change is written down. */
const PROGRESS_STEP = 10
const PHOTO_GONE = 'photo_unknown'

let flushing: Promise<void> | undefined
let timer: number | undefined

/** Puts a report into the queue and starts to send it. From now on it is not edited until the server has answered. */
export function queue(id: string): Promise<void> {
  changeDraft(id, { state: 'queued', problem: '' })
  return flush()
}

/** Sends what waits, the oldest first; what does not go through stays and is tried again. */
export function flush(): Promise<void> {
  flushing ??= sendWaiting().finally(() => {
    flushing = undefined
  })
  return flushing
}

/** After a start: what was being sent when the mini-program was closed waits again. */
export function recoverOutbox(): void {
  for (const draft of allDrafts()) if (draft.state === 'sending') changeDraft(draft.id, { state: 'queued' })
}

export function waiting(): Draft[] {
  return allDrafts().filter((draft) => draft.state === 'queued' || draft.state === 'sending')
}

async function sendWaiting(): Promise<void> {
  if (timer !== undefined) clearTimeout(timer)
  timer = undefined
  for (const draft of waiting().reverse()) {
    const wentThrough = await sendOne(draft.id)
    // Without a network the others will not go either.
    if (!wentThrough) break
  }
  if (waiting().length > 0) timer = setTimeout(() => void flush(), AGAIN_MS)
}

/** False when it should be tried again later. */
async function sendOne(id: string): Promise<boolean> {
  changeDraft(id, { state: 'sending', problem: '' })
  try {
    const order = await withPhotos(id)
    changeDraft(id, { state: 'sent', number: order.number, problem: '' })
    return true
  } catch (error) {
    if (error instanceof Problem && error.kind !== 'refused') {
      changeDraft(id, { state: 'queued', problem: error.message })
      return false
    }
    // Refused: nothing was stored under this key, and the corrected report is another one.
    changeDraft(id, { state: 'refused', problem: errorMessage(error), key: freshId('report') })
    return true
  }
}

/** Photos of an upload that lies more than a day back are gone from the server: once more, from this phone. */
async function withPhotos(id: string): Promise<Order> {
  try {
    await uploadAll(id)
    return await post(id)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== PHOTO_GONE) throw error
    const photos = photosOf(id).map(({ id, ...photo }): Photo => ({ ...photo, state: 'waiting', progress: 0 }))
    changeDraft(id, { photos })
    await uploadAll(id)
    return post(id)
  }
}

async function uploadAll(id: string): Promise<void> {
  for (const photo of photosOf(id)) if (photo.id === undefined) await uploadOne(id, photo)
}

async function uploadOne(id: string, photo: Photo): Promise<void> {
  changePhoto(id, photo.key, { state: 'sending', progress: 0 })
  try {
    const place = findDraft(id)?.place ?? undefined
    let shown = 0
    const stored = await uploadPhoto(photo, 'before', place, (progress) => {
      if (progress - shown < PROGRESS_STEP) return
      shown = progress
      changePhoto(id, photo.key, { progress })
    })
    changePhoto(id, photo.key, { state: 'sent', progress: 100, id: stored.id })
  } catch (error) {
    changePhoto(id, photo.key, { state: 'failed', problem: errorMessage(error) })
    throw error
  }
}

/** Uploads while the report is still being written, so that sending is quick; failures wait for the sending. */
export async function uploadEarly(id: string): Promise<void> {
  for (const photo of photosOf(id)) {
    if (photo.state !== 'waiting' || findDraft(id)?.state !== 'draft') continue
    await uploadOne(id, photo).catch(() => undefined)
  }
}

export async function retryPhoto(id: string, key: string): Promise<void> {
  const photo = photosOf(id).find((one) => one.key === key)
  if (photo !== undefined) await uploadOne(id, photo).catch(() => undefined)
}

function photosOf(id: string): Photo[] {
  return findDraft(id)?.photos ?? []
}

function changePhoto(id: string, key: string, change: Partial<Photo>): void {
  changeDraft(id, { photos: photosOf(id).map((photo) => (photo.key === key ? { ...photo, ...change } : photo)) })
}

function post(id: string): Promise<Order> {
  const draft = findDraft(id)
  if (draft === undefined) throw new Problem({ kind: 'refused', code: 'draft_gone', words: '草稿已经不在了。' })
  return submitOrder(reportOf(draft), draft.key)
}

function reportOf(draft: Draft) {
  return {
    description: draft.description.trim(),
    photo_ids: draft.photos.flatMap((photo) => (photo.id === undefined ? [] : [photo.id])),
    wants_follow_up: draft.wantsFollowUp,
    confidential: draft.confidential,
    ...(draft.place === null ? {} : { location: draft.place.point, ...(draft.place.address === '' ? {} : { address: draft.place.address }) }),
    // What was only suggested is left to the server, which judges the same words and knows how sure it is.
    ...(draft.category === null || !draft.categoryChosen ? {} : { category: draft.category.code }),
    ...(draft.siteCode === '' ? {} : { site_code: draft.siteCode }),
  }
}
