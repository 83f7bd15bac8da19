import { signInUrl } from '../../services/api'
import { dialHotline } from '../../services/hotline'
import { freshId } from '../../services/ids'
import { definePage, toast } from '../../services/page'
import { explain } from '../../services/permissions'
import { type Photo, type PhotoSource, choosePhotos } from '../../services/photos'
import { errorMessage } from '../../services/problem'
import { type Letter, MAX_RESIDENT_PHOTOS, Visit, closeLetter, openLetter, saveLetter } from '../../services/residents'
import { decoded, understand } from '../../services/scan-codes'
import { me, signIn } from '../../services/session'
import { type Site, getSite } from '../../services/sites'

type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

const MIN_CHARS = 5
const PAUSE_MS = 600

definePage({
  data: {
    state: 'loading',
    problem: '',
    site: null as Site | null,
    /** A delegate reports here in their own name. */
    delegate: false,
    signedIn: false,
    initial: '',
    contact: '',
    photos: [] as Photo[],
    room: MAX_RESIDENT_PHOTOS,
    busy: false,
    fault: '',
    receipt: '',
    inReview: false,
  },
  code: '',
  visit: undefined as Visit | undefined,
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
      this.setData({ site: await getSite(this.code), state: 'ready' })
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
      const { photos, tooLarge } = await choosePhotos(this.data.room, event.detail.source)
      if (tooLarge > 0) toast(`${tooLarge} 张照片超过 10 MB，没有加入`)
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
  async send(photo: Photo) {
    this.changePhoto(photo.key, { state: 'sending', progress: 0 })
    try {
      const id = await this.visit?.uploadPhoto(photo, (progress) => this.changePhoto(photo.key, { progress }))
      this.changePhoto(photo.key, { state: 'sent', ...(id === undefined ? {} : { id }) })
    } catch (error) {
      this.changePhoto(photo.key, { state: 'failed', problem: errorMessage(error) })
    }
  },
  changePhoto(key: string, change: Partial<Photo>) {
    this.showPhotos(this.data.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)))
  },
  showPhotos(photos: Photo[]) {
    this.setData({ photos, room: MAX_RESIDENT_PHOTOS - photos.length })
  },

  missing(): string {
    if (this.letter.text.trim().length < MIN_CHARS) return `请用至少 ${MIN_CHARS} 个字说明问题`
    return this.data.photos.some((photo) => photo.state !== 'sent') ? '有照片还没有传上，请稍等或删去' : ''
  },
  async submit() {
    if (this.data.busy || this.visit === undefined) return
    const fault = this.missing()
    this.setData({ fault })
    if (fault !== '') return
    this.keepLetter()
    this.setData({ busy: true })
    try {
      const left = await this.visit.leave(
        this.letter,
        this.data.photos.flatMap((photo) => photo.id ?? []),
      )
      closeLetter(this.code, this.letter, left)
      this.setData({ receipt: left.receipt, inReview: left.in_review })
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
