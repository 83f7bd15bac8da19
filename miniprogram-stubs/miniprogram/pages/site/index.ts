import { signInUrl } from '../../services/api'
import type { Emergency } from '../../services/categories'
import { dial, dialHotline } from '../../services/hotline'
import { freshId } from '../../services/ids'
import { definePage, toast } from '../../services/page'
import { explain } from '../../services/permissions'
import { type Photo, type PhotoSource, choosePhotos, sendPhoto } from '../../services/photos'
import { errorMessage } from '../../services/problem'
import { UNKNOWN_LIMITS, tooShort } from '../../services/limits'
import { type Letter, Visit, closeLetter, openLetter, saveLetter } from '../../services/residents'
import { decoded, understand } from '../../services/scan-codes'
import { me, signIn } from '../../services/session'
import { type Site, getSite } from '../../services/sites'

type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

const PAUSE_MS = 600

definePage({
  data: {
    state: 'loading',
    problem: '',
    site: null as Site | null,
    limits: null as Site['limits'] | null,
    /** A delegate reports here in their own name. */
    delegate: false,
    signedIn: false,
    initial: '',
    contact: '',
    photos: [] as Photo[],
    room: UNKNOWN_LIMITS.count,
    busy: false,
    fault: '',
    receipt: '',
    inReview: false,
    emergency: null as Emergency | null,
  },
  code: '',
  visit: undefined as Visit | undefined,
  maxPhotos: UNKNOWN_LIMITS.count,
  letter: { key: '', text: '', contact: '' },
  typing: 0,

  /** From our own scanner (`code`), from a mini-program code (`scene`), or from an ordinary link (`q`). */
  onLoad(query: Record<string, string | undefined>) {
    const scanned = understand(decoded(query['q'] ?? ''))
    this.code = query['code'] ?? (scanned.kind === 'site' ? scanned.code : decoded(query['scene'] ?? ''))
    this.visit = new Visit(this.code)
    this.letter = openLetter(this.code)
    this.setData({ initial: this.letter.text, contact: this.letter.contact })
    this.showPerson()
    void this.load()
    // A delegate whom this phone has forgotten is recognised meanwhile; a resident notices nothing.
    if (me() === undefined)
      void signIn().then(
        () => this.showPerson(),
        () => undefined,
      )
  },
  onHide() {
    this.keepLetter()
  },
  onUnload() {
    this.keepLetter()
  },
  showPerson() {
    this.setData({ delegate: me()?.role === 'delegate', signedIn: me() !== undefined })
  },
  async load() {
    this.setData({ state: 'loading' })
    try {
      const site = await getSite(this.code)
      this.setData({ site, limits: site.limits, state: 'ready' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  report() {
    void wx.navigateTo({ url: `/pages/snap/index?site=${this.code}` })
  },
  toSignIn() {
    this.keepLetter()
    void wx.redirectTo({ url: signInUrl(`/pages/site/index?code=${this.code}`) })
  },
  call() {
    dialHotline()
  },
  callForHelp() {
    if (this.data.emergency !== null) dial(this.data.emergency.call)
  },

  write(event: WechatMiniprogram.TextareaInput) {
    this.change({ text: event.detail.value })
  },
  writeContact(event: WechatMiniprogram.Input) {
    this.change({ contact: event.detail.value })
  },
  /** Another text is another message, so it gets another key. */
  change(change: Partial<Letter>) {
    this.letter = { ...this.letter, ...change, key: freshId('letter') }
    clearTimeout(this.typing)
    this.typing = setTimeout(() => this.keepLetter(), PAUSE_MS)
  },
  keepLetter() {
    clearTimeout(this.typing)
    if (this.data.receipt === '' && this.letter.text !== '') saveLetter(this.code, this.letter)
  },

  async addPhotos(event: WechatMiniprogram.CustomEvent<{ source: PhotoSource }>) {
    try {
      this.maxPhotos = (await this.visit?.photoCount()) ?? this.maxPhotos
      this.showPhotos(this.data.photos)
      const { photos, tooLarge } = await choosePhotos(this.data.room, event.detail.source, UNKNOWN_LIMITS.megabytes)
      if (tooLarge !== '') toast(tooLarge)
      this.showPhotos(this.data.photos.concat(photos))
      for (const photo of photos) await this.send(photo)
    } catch (error) {
      await explain(error)
    }
  },
  async sendAgain(event: OfPhoto) {
    const photo = this.data.photos.find((one) => one.key === event.detail.key)
    if (photo !== undefined) await this.send(photo)
  },
  removePhoto(event: OfPhoto) {
    this.showPhotos(this.data.photos.filter((one) => one.key !== event.detail.key))
  },
  send(photo: Photo) {
    return sendPhoto(
      async (onProgress) => this.visit?.uploadPhoto(photo, onProgress),
      (part) => this.changePhoto(photo.key, part),
    )
  },
  changePhoto(key: string, change: Partial<Photo>) {
    this.showPhotos(this.data.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)))
  },
  showPhotos(photos: Photo[]) {
    this.setData({ photos, room: this.maxPhotos - photos.length })
  },

  missing(): string {
    const short = tooShort(this.letter.text, this.data.photos.length, this.visit?.textLimits)
    if (short !== '') return short
    return this.data.photos.some((photo) => photo.state !== 'sent') ? '有照片还没有传上，请稍等或删去' : ''
  },
  async submit() {
    if (this.data.busy || this.visit === undefined) return
    this.setData({ busy: true })
    // The visit brings the server's limits.
    await this.visit.photoCount()
    const fault = this.missing()
    this.setData({ fault, busy: fault === '' })
    if (fault !== '') return
    this.keepLetter()
    try {
      const left = await this.visit.leave(
        this.letter,
        this.data.photos.flatMap((photo) => photo.id ?? []),
      )
      closeLetter(this.code, this.letter, left)
      this.setData({ receipt: left.receipt, inReview: left.in_review, emergency: left.emergency ?? null })
    } catch (error) {
      this.setData({ fault: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  copyReceipt() {
    void wx.setClipboardData({ data: this.data.receipt })
  },
  look() {
    void wx.navigateTo({ url: `/pages/receipt/index?receipt=${this.data.receipt}` })
  },
})
