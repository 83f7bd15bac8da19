// The server speaks the city's local time (`2026-11-24T18:05:00+08:00`); it is shown as it stands, wherever the phone is.
import { LIGHT } from './labels'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `11月24日 18:05`; with the year when it is not this year's. */
export function dayAndTime(text: string): string {
  return `${day(text)} ${text.slice(11, 16)}`
}

export function day(text: string): string {
  const year = text.slice(0, 4)
  const short = `${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日`
  return year === String(new Date().getFullYear()) ? short : `${year}年${short}`
}

/** A clock's end. Working days end at 24:00, which machines write as 00:00 of the day after. */
export function dueTime(text: string): string {
  if (text.slice(11, 16) !== '00:00') return dayAndTime(text)
  return `${day(dayBefore(text))} 24:00`
}

export const LATE = `已${LIGHT.red}`

/** `还剩 5 小时`, `已超期 2 天`. */
export function remaining(due: string, now: number = Date.now()): string {
  const left = Date.parse(due) - now
  return left >= 0 ? `还剩 ${span(left)}` : `${LATE} ${span(-left)}`
}

/** `3 小时前`; a date when it is long ago. */
export function ago(text: string, now: number = Date.now()): string {
  const past = now - Date.parse(text)
  if (past < MINUTE_MS) return '刚刚'
  return past < 7 * DAY_MS ? `${span(past)}前` : day(text)
}

/** This moment so many days from now, for the server. */
export function inDays(days: number, now: number = Date.now()): string {
  return new Date(now + days * DAY_MS).toISOString()
}

function span(milliseconds: number): string {
  if (milliseconds < HOUR_MS) return `${Math.max(1, Math.floor(milliseconds / MINUTE_MS))} 分钟`
  if (milliseconds < 2 * DAY_MS) return `${Math.floor(milliseconds / HOUR_MS)} 小时`
  return `${Math.floor(milliseconds / DAY_MS)} 天`
}

function dayBefore(text: string): string {
  const noon = new Date(`${text.slice(0, 10)}T12:00:00Z`)
  return new Date(noon.getTime() - DAY_MS).toISOString()
}
