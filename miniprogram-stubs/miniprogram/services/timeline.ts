// Turns timeline items into entries that the page shows: event, actor, time, text and photos.
import type { Order, TimelineItem } from './orders'
import { dayAndTime, dueTime } from './times'
import { PHOTO_ROLE, SATISFACTION, SOLVED } from './labels'
import { actorWords } from './people'
import type { components } from '../api/schema'

type Schemas = components['schemas']

export interface ShownPhoto {
  key: string
  thumb: string
  large: string
  caption: string
}

export interface TimelineEntry {
  seq: number
  what: string
  who: string
  when: string
  words: string
  photos: ShownPhoto[]
  /** Not for delegates. */
  internal: boolean
}

export function photosOf(order: Order): ShownPhoto[] {
  return order.photos.map((photo) => ({ key: photo.id, thumb: photo.urls.thumb, large: photo.urls.large, caption: PHOTO_ROLE[photo.role] }))
}

/** The photos that stand side by side: the problem, and what became of it. */
export function sidesOf(order: Order): { before: ShownPhoto[]; after: ShownPhoto[] } {
  const done = new Set(order.photos.filter(({ role }) => role === 'after').map(({ id }) => id))
  const photos = photosOf(order)
  return { before: photos.filter(({ key }) => !done.has(key)), after: photos.filter(({ key }) => done.has(key)) }
}

/** The newest first: where the matter stands is what one looks for. */
export function toTimeline(items: TimelineItem[], order: Order): TimelineEntry[] {
  const photos = new Map(photosOf(order).map((photo) => [photo.key, photo]))
  return items
    .map((item) => ({
      seq: item.seq,
      what: item.title,
      who: actorWords(item),
      when: dayAndTime(item.at),
      words: wordsOf(item),
      photos: item.photo_ids.flatMap((id) => photos.get(id) ?? []),
      internal: item.visibility === 'internal',
    }))
    .reverse()
}

function wordsOf(item: TimelineItem): string {
  const detail = item.detail as Record<string, unknown>
  const parts: string[] = []
  if (item.action === 'verdict') parts.push(verdictWords(detail))
  if (typeof detail['due_at'] === 'string') parts.push(`期限 ${dueTime(detail['due_at'])}`)
  if (item.note) parts.push(item.note)
  return parts.filter(Boolean).join('\n')
}

function verdictWords(detail: Record<string, unknown>): string {
  const result = SATISFACTION[detail['result'] as Schemas['Satisfaction']] as string | undefined
  const solved = SOLVED[detail['solved'] as Schemas['Solved']] as string | undefined
  return [result, solved].filter(Boolean).join(' · ')
}
