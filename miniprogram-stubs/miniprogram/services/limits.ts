// How many and how large photos may be. The server's numbers come with what they limit: the person, the order, the visit.
import type { components } from '../api/schema'
import type { Order } from './orders'
import type { Me } from './session'

export interface PhotoLimits {
  count: number
  megabytes: number
}

/** WeChat's own limit for one choice; the server refuses what is too much for it. */
export const UNKNOWN_LIMITS: PhotoLimits = { count: 20, megabytes: Number.POSITIVE_INFINITY }

/** For a report. A session kept from an earlier release has no numbers yet. */
export function reportLimits(person: Me | undefined): PhotoLimits {
  const known = person as Partial<Me> | undefined
  return { count: known?.max_photos ?? UNKNOWN_LIMITS.count, megabytes: known?.max_photo_mb ?? UNKNOWN_LIMITS.megabytes }
}

/** Why a text is too short for a report, in words; empty if it is long enough, or if the server's numbers are not known. */
export function tooShort(text: string, photos: number, limits: components['schemas']['TextLimits'] | undefined): string {
  const least = (photos === 0 ? limits?.min_chars : limits?.min_chars_with_photos) ?? 1
  return text.trim().length < least ? `请用至少 ${least} 个字说明问题` : ''
}

export interface VideoLimits {
  /** 0 while the server's numbers are not known: then no video is offered. */
  count: number
  seconds: number
  megabytes: number
}

/** For the video of a report. */
export function videoLimits(person: Me | undefined): VideoLimits {
  return (person as Partial<Me> | undefined)?.video ?? { count: 0, seconds: 0, megabytes: 0 }
}

/** For an action on an order. */
export function actionLimits(order: Order): PhotoLimits {
  return { count: order.limits.photos, megabytes: order.limits.photo_mb }
}

/** Characters of a report's description; -1 while the server's numbers are not known. */
export function maxChars(person: Me | undefined): number {
  return (person as Partial<Me> | undefined)?.text?.max_chars ?? -1
}
