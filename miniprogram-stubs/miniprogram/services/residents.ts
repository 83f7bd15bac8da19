// What a resident does without an account: a visit, photos, a message, and the look at what became of it.
import type { components } from '../api/schema'
import { freshId } from './ids'
import { UNKNOWN_LIMITS } from './limits'
import { type Photo, photoFields } from './photos'
import { errorCode } from './problem'
import { send, upload } from './transport'

type Schemas = components['schemas']
export type Left = Schemas['MessageLeft']
export type ReceiptView = Schemas['ReceiptView']

const VISIT_OVER = 'visit_over'

/** A message that is being written at one site. Kept on the phone until its receipt has come. */
export interface Letter {
  key: string
  text: string
  contact: string
}

export interface KeptReceipt {
  receipt: string
  site: string
  at: string
  text: string
}

const RECEIPTS = 'receipts'
const MAX_RECEIPTS = 20
const SHOWN_CHARS = 40

/** The visit at a site, begun with the first thing that is sent. Without WeChat a message is taken too. */
export class Visit {
  private sealed: Promise<string | undefined> | undefined
  private maxPhotos = UNKNOWN_LIMITS.count
  /** Of the message's text; not known before the visit has begun. */
  textLimits: Schemas['TextLimits'] | undefined

  constructor(private readonly code: string) {}

  /** How many photos a message may have; begins the visit. */
  async photoCount(): Promise<number> {
    this.sealed ??= this.begin()
    await this.sealed
    return this.maxPhotos
  }

  async uploadPhoto(photo: Photo, onProgress: (percent: number) => void): Promise<string> {
    const path = `/api/v1/sites/${encodeURIComponent(this.code)}/photos`
    const { id } = await this.during((headers) =>
      upload<Schemas['PhotoView']>({ path, filePath: photo.path, fields: photoFields(photo, undefined), headers, onProgress }),
    )
    return id
  }

  leave(letter: Letter, photoIds: string[]): Promise<Left> {
    const contact = letter.contact.trim()
    const body = { text: letter.text.trim(), contact: contact === '' ? null : contact, photo_ids: photoIds }
    const path = `/api/v1/sites/${encodeURIComponent(this.code)}/messages`
    return this.during((headers) => send<Left>({ method: 'POST', path, body, headers: { ...headers, 'idempotency-key': letter.key } }))
  }

  /** Runs a call; begins another visit where this one has lasted too long. */
  private async during<T>(run: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    this.sealed ??= this.begin()
    try {
      return await run(headersOf(await this.sealed))
    } catch (error) {
      if (errorCode(error) !== VISIT_OVER) throw error
      this.sealed = this.begin()
      return run(headersOf(await this.sealed))
    }
  }

  private async begin(): Promise<string | undefined> {
    try {
      const { code } = await wx.login()
      const path = `/api/v1/sites/${encodeURIComponent(this.code)}/visits`
      const begun = await send<Schemas['VisitBegun']>({ method: 'POST', path, body: { login_code: code } })
      this.maxPhotos = begun.max_photos
      this.textLimits = begun.text
      return begun.visit
    } catch {
      return undefined
    }
  }
}

function headersOf(visit: string | undefined): Record<string, string> {
  return visit === undefined ? {} : { 'x-visit': visit }
}

export function lookAtReceipt(receipt: string): Promise<ReceiptView> {
  return send<ReceiptView>({ method: 'GET', path: `/api/v1/site-messages/receipts/${encodeURIComponent(receipt.trim())}` })
}

function letterKey(site: string): string {
  return `letter:${site}`
}

/** The unfinished message of this site, or a new one. */
export function openLetter(site: string): Letter {
  const stored = wx.getStorageSync<Letter | ''>(letterKey(site))
  return stored === '' ? { key: freshId('letter'), text: '', contact: '' } : stored
}

/** Another text is another message, so it gets another key. */
export function saveLetter(site: string, letter: Letter): void {
  wx.setStorageSync(letterKey(site), letter)
}

/** Notes the receipt and ends the letter. */
export function closeLetter(site: string, letter: Letter, left: Left): void {
  wx.removeStorageSync(letterKey(site))
  const receipt = { receipt: left.receipt, site: left.site.name, at: left.created_at, text: letter.text.trim().slice(0, SHOWN_CHARS) }
  wx.setStorageSync(RECEIPTS, [receipt, ...receipts().filter((one) => one.receipt !== left.receipt)].slice(0, MAX_RECEIPTS))
}

/** The receipts on this phone, newest first. */
export function receipts(): KeptReceipt[] {
  const stored = wx.getStorageSync<KeptReceipt[] | ''>(RECEIPTS)
  return stored === '' ? [] : stored
}
