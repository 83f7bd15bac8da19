// Sends what was written on this phone: in order, once each, and never one behind another that cannot be sent.
import { type Draft, allDrafts, changeDraft, dropFilesOf, dropUnused, findDraft, showProgress } from './drafts'
import { freshId } from './ids'
import { type Order, submitOrder } from './orders'
import { type Photo, uploadPhoto, uploadPoster } from './photos'
import { Problem, errorMessage, refusal } from './problem'
import { type Video, uploadVideo } from './videos'

const AGAIN_MS = 15_000
/** The server has forgotten an upload that no report followed. */
const UPLOAD_UNKNOWN = ['photo_unknown', 'video_unknown']
/** The server knows this key with another text: the first sending arrived, and was changed afterwards. */
const KEY_REUSED = 'idempotency_key_reused'

let flushing: Promise<void> | undefined
let timer: number | undefined

/** Puts a report into the queue and starts to send it. */
export function queue(id: string): Promise<void> {
  changeDraft(id, { state: 'queued', problem: '' })
  return flush()
}

/** Sends what waits, oldest first; what does not go through stays and is tried again. */
export function flush(): Promise<void> {
  flushing ??= sendWaiting().finally(() => {
    flushing = undefined
  })
  return flushing
}

/** After a start: what was being sent when the mini-program was closed waits again, and files that nobody needs go. */
export function recoverOutbox(): void {
  for (const draft of allDrafts()) if (draft.state === 'sending') changeDraft(draft.id, { state: 'queued' })
  dropUnused()
}

export function waiting(): Draft[] {
  return allDrafts().filter((draft) => draft.state === 'queued' || draft.state === 'sending')
}

/** Takes a report out of the queue to be changed; false while it is being sent. */
export function takeBack(id: string): boolean {
  const draft = findDraft(id)
  if (draft === undefined || draft.state === 'sending' || draft.state === 'sent') return false
  changeDraft(id, { state: 'draft' })
  return true
}

async function sendWaiting(): Promise<void> {
  if (timer !== undefined) clearTimeout(timer)
  timer = undefined
  for (const draft of waiting().reverse()) {
    // Taken back or deleted while another one was being sent.
    if (findDraft(draft.id)?.state !== 'queued') continue
    const problem = await sendOne(draft.id)
    // Without a network the others will not go either; anything else is this report's own trouble.
    if (problem?.kind === 'network') break
  }
  if (waiting().length > 0) timer = setTimeout(() => void flush(), AGAIN_MS)
}

/** Sends one report; returns the problem after which it waits for another try. */
async function sendOne(id: string): Promise<Problem | undefined> {
  changeDraft(id, { state: 'sending', problem: '' })
  try {
    const order = await withUploads(id)
    const sent = changeDraft(id, { state: 'sent', number: order.number, problem: '', unanswered: false })
    if (sent !== undefined) dropFilesOf(sent)
    return undefined
  } catch (error) {
    if (error instanceof Problem && error.kind !== 'refused') {
      changeDraft(id, { state: 'queued', problem: error.message })
      return error
    }
    changeDraft(id, { state: 'refused', ...refusedChange(error) })
    return undefined
  }
}

/** A refusal stored nothing under the key, and the corrected report is another one. */
function refusedChange(error: unknown): Partial<Draft> {
  if (error instanceof Problem && error.code === KEY_REUSED)
    return { problem: '修改之前的那份已经送达，请在“工单”里查看；这一份没有再发。确实是另一件事时，点“修改”后重新提交。', key: freshId('report') }
  return { problem: errorMessage(error), key: freshId('report'), unanswered: false }
}

/** Uploads that lie more than a day back are gone from the server: sends them once more from this phone. */
async function withUploads(id: string): Promise<Order> {
  try {
    await uploadAll(id)
    return await post(id)
  } catch (error) {
    if (!(error instanceof Problem) || !UPLOAD_UNKNOWN.includes(error.code)) throw error
    const photos = photosOf(id).map(({ id, ...photo }): Photo => ({ ...photo, state: 'waiting', progress: 0 }))
    changeDraft(id, { photos, video: anew(findDraft(id)?.video ?? null) })
    await uploadAll(id)
    return post(id)
  }
}

function anew(video: Video | null): Video | null {
  if (video === null) return null
  const { id, posterId, ...rest } = video
  return { ...rest, state: 'waiting', progress: 0 }
}

async function uploadAll(id: string): Promise<void> {
  for (const photo of photosOf(id)) if (photo.id === undefined) await uploadOne(id, photo)
  const video = findDraft(id)?.video ?? null
  if (video !== null && video.id === undefined) await uploadClip(id, video)
}

/** The poster first: the video names it. A poster that is lost holds nothing up. */
async function uploadClip(id: string, video: Video): Promise<void> {
  showProgress(video.key, 0)
  changeVideo(id, video.key, { state: 'sending' })
  try {
    const withPoster = await posterOf(id, video)
    const stored = await uploadVideo(withPoster, (percent) => showProgress(video.key, percent))
    changeVideo(id, video.key, { state: 'sent', progress: 100, id: stored.id })
  } catch (error) {
    changeVideo(id, video.key, { state: 'failed', problem: errorMessage(error) })
    throw error
  }
}

async function posterOf(id: string, video: Video): Promise<Video> {
  if (video.poster === '' || video.posterId !== undefined) return video
  try {
    const posterId = (await uploadPoster(video.poster)).id
    changeVideo(id, video.key, { posterId })
    return { ...video, posterId }
  } catch (error) {
    if (error instanceof Problem && error.kind !== 'refused') throw error
    return video
  }
}

function changeVideo(id: string, key: string, change: Partial<Video>): void {
  const video = findDraft(id)?.video ?? null
  if (video?.key === key) changeDraft(id, { video: { ...video, ...change } })
}

async function uploadOne(id: string, photo: Photo): Promise<void> {
  showProgress(photo.key, 0)
  changePhoto(id, photo.key, { state: 'sending' })
  try {
    const place = findDraft(id)?.place ?? undefined
    const stored = await uploadPhoto(photo, 'before', place, (percent) => showProgress(photo.key, percent))
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
  const draft = findDraft(id)
  if (draft?.state === 'draft' && draft.video?.state === 'waiting') await uploadClip(id, draft.video).catch(() => undefined)
}

export async function retryVideo(id: string): Promise<void> {
  const video = findDraft(id)?.video ?? null
  if (video !== null) await uploadClip(id, video).catch(() => undefined)
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

async function post(id: string): Promise<Order> {
  const draft = changeDraft(id, { unanswered: true })
  if (draft === undefined) throw refusal('draft_gone', '草稿已经不在了。')
  return submitOrder(reportOf(draft), draft.key)
}

function reportOf(draft: Draft) {
  return {
    description: draft.description.trim(),
    photo_ids: draft.photos.flatMap((photo) => (photo.id === undefined ? [] : [photo.id])),
    ...(draft.video?.id === undefined ? {} : { video_id: draft.video.id }),
    wants_follow_up: draft.wantsFollowUp,
    confidential: draft.confidential,
    ...(draft.place === null ? {} : { location: draft.place.point, ...(draft.place.address === '' ? {} : { address: draft.place.address }) }),
    // Without a choice the server judges by the same text as in the preview.
    ...(draft.category === null ? {} : { category: draft.category.code }),
    ...(draft.siteCode === '' ? {} : { site_code: draft.siteCode }),
  }
}
