import { type Category, type Emergency, type SuggestedMatter, type Suggestion, suggestCategories } from '../../services/categories'
import { type Draft, allDrafts, changeDraft, findDraft, isEmpty, newDraft, removeDraft, saveDraft, watchDrafts } from '../../services/drafts'
import { dial } from '../../services/hotline'
import { type Judged, judgeDraft, whatIsMissing } from '../../services/dispatch'
import { CATEGORY_SOURCE } from '../../services/labels'
import { maxChars, reportLimits, tooShort, videoLimits } from '../../services/limits'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { endorse } from '../../services/orders'
import { queue, retryPhoto, retryVideo, takeBack, uploadEarly } from '../../services/outbox'
import { confirm, definePage, toast } from '../../services/page'
import { explain, openSettings } from '../../services/permissions'
import { type Photo, type PhotoSource, choosePhotos, dropFile, keepFiles } from '../../services/photos'
import { type Place, chosenPlace, currentPlace, placeProblem, precision } from '../../services/places'
import { errorMessage } from '../../services/problem'
import { me } from '../../services/session'
import { getSite } from '../../services/sites'
import { type Video, chooseVideo, filesOf, keepVideo } from '../../services/videos'
import { hasSpeech, listen, stopListening } from '../../services/speech'
import { placeOnPhotos, watermarkWords, watermarked } from '../../services/watermark'

type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

const PAUSE_MS = 600
const MAX_SUGGESTIONS = 3

definePage({
  data: {
    id: '',
    /** The text at the beginning; setting it while the person types would move the cursor. */
    initial: '',
    /** -1: no limit is known, e.g. in a session of an earlier release. */
    maxChars: -1,
    photos: [] as Photo[],
    room: 0,
    video: null as Video | null,
    /** How long a video may be; 0 where none is taken. */
    videoSeconds: 0,
    placeWords: '',
    placeProblem: '',
    placeRefused: false,
    locating: false,
    precise: '',
    category: null as Category | null,
    categoryNote: '',
    suggestions: [] as Suggestion[],
    matters: [] as SuggestedMatter[],
    emergency: null as Emergency | null,
    nearbyOrders: [] as Judged['nearbyOrders'],
    endorsed: [] as string[],
    area: '',
    unit: '',
    reason: '',
    wantsFollowUp: true,
    confidential: false,
    siteName: '',
    resumed: false,
    /** Voice to text is there, and listening. */
    speech: hasSpeech(),
    listening: false,
    sending: false,
    problem: '',
  },
  asked: 0,
  description: '',
  /** Waits for a pause in the typing. */
  typing: 0,
  stopWatching: undefined as (() => void) | undefined,
  async onLoad(query: Record<string, string | undefined>) {
    const draft = await this.open(query)
    this.description = draft.description
    this.setData({ maxChars: maxChars(me()), id: draft.id, initial: draft.description, resumed: !isEmpty(draft) && query['draft'] === undefined })
    this.show(draft)
    this.stopWatching = watchDrafts(() => {
      const now = findDraft(this.data.id)
      if (now !== undefined) this.show(now)
    })
    void listSubscriptions().catch(() => undefined)
    if (draft.place === null && draft.siteCode === '') await this.locate()
    else this.judge()
    this.suggest()
  },
  onHide() {
    this.keepText()
  },
  onUnload() {
    this.keepText()
    this.stopWatching?.()
    const draft = findDraft(this.data.id)
    if (draft?.state === 'draft' && isEmpty(draft)) removeDraft(draft.id)
  },

  /** Opens the draft that is named, one for the site that was scanned, the one left unfinished last time, or a new one. */
  async open(query: Record<string, string | undefined>): Promise<Draft> {
    const named = query['draft'] === undefined ? undefined : findDraft(query['draft'])
    if (named !== undefined && takeBack(named.id)) {
      this.setData({ problem: named.problem })
      return named
    }
    const code = query['site'] ?? ''
    const unfinished = allDrafts().find((draft) => draft.state === 'draft' && draft.siteCode === code)
    if (unfinished !== undefined) return unfinished
    const draft = newDraft(code === '' ? undefined : await this.site(code))
    saveDraft(draft)
    return draft
  },
  async site(code: string) {
    try {
      const { name, category } = await getSite(code)
      return { code, name, category }
    } catch {
      // The code alone is enough for the server; its name is only for the eye.
      return { code, name: `点位 ${code}`, category: null }
    }
  },

  show(draft: Draft) {
    const { photos, video, placeWords, category, wantsFollowUp, confidential, siteName } = draft
    const precise = draft.place === null ? '' : precision(draft.place)
    this.setData({ video, videoSeconds: videoLimits(me()).count > 0 ? videoLimits(me()).seconds : 0 })
    this.setData({ photos, room: reportLimits(me()).count - photos.length, placeWords, precise, wantsFollowUp, confidential, siteName })
    if (category !== null) this.setData({ category, categoryNote: CATEGORY_SOURCE.chosen })
  },
  change(change: Partial<Draft>) {
    try {
      changeDraft(this.data.id, change)
    } catch (error) {
      this.setData({ problem: errorMessage(error) })
    }
  },

  async addPhotos(event: WechatMiniprogram.CustomEvent<{ source: PhotoSource }>) {
    try {
      const { photos, tooLarge } = await choosePhotos(this.data.room, event.detail.source, reportLimits(me()).megabytes)
      const words = watermarkWords(me()?.photo_watermark ?? '', placeOnPhotos(this.data, findDraft(this.data.id)?.place ?? null), new Date())
      const kept = await keepFiles(await Promise.all(photos.map((photo) => watermarked(photo, words))))
      if (tooLarge !== '' || kept.full !== '') toast(tooLarge === '' ? kept.full : tooLarge)
      if (kept.photos.length === 0) return
      this.change({ photos: this.data.photos.concat(kept.photos) })
      void uploadEarly(this.data.id)
    } catch (error) {
      await explain(error)
    }
  },
  async addVideo() {
    try {
      const video = await chooseVideo(videoLimits(me()))
      if (video === undefined) return
      this.change({ video: await keepVideo(video) })
      void uploadEarly(this.data.id)
    } catch (error) {
      await explain(error)
    }
  },
  sendVideoAgain() {
    void retryVideo(this.data.id)
  },
  removeVideo() {
    for (const path of filesOf(this.data.video)) dropFile(path)
    this.change({ video: null })
  },
  sendAgain(event: OfPhoto) {
    void retryPhoto(this.data.id, event.detail.key)
  },
  removePhoto(event: OfPhoto) {
    const gone = this.data.photos.find((photo) => photo.key === event.detail.key)
    if (gone !== undefined) dropFile(gone.path)
    this.change({ photos: this.data.photos.filter((photo) => photo.key !== event.detail.key) })
  },

  async locate() {
    this.setData({ locating: true, placeProblem: '', placeRefused: false })
    try {
      this.takePlace(await currentPlace())
    } catch (error) {
      this.setData(placeProblem(error))
    } finally {
      this.setData({ locating: false })
    }
  },
  async chooseOnMap() {
    try {
      const place = await chosenPlace(findDraft(this.data.id)?.place ?? undefined)
      if (place !== undefined) this.takePlace(place)
    } catch (error) {
      this.setData(placeProblem(error))
    }
  },
  async allowPlace() {
    await openSettings()
    await this.locate()
  },
  takePlace(place: Place) {
    this.setData({ placeProblem: '', placeRefused: false })
    this.change({ place, placeWords: place.address })
    this.judge()
  },

  async speak() {
    if (this.data.listening) {
      stopListening()
      return
    }
    this.setData({ listening: true })
    const words = await listen()
    this.setData({ listening: false })
    if (words === '') {
      toast('没有听清，请再说一次或直接输入')
      return
    }
    this.description = `${this.description}${words}`
    this.setData({ initial: this.description })
    this.keepText()
    this.suggest()
  },
  write(event: WechatMiniprogram.TextareaInput) {
    this.description = event.detail.value
    clearTimeout(this.typing)
    this.typing = setTimeout(() => {
      this.keepText()
      this.suggest()
    }, PAUSE_MS)
  },
  /** Writes the text down once the person pauses, leaves the field or the page. */
  keepText() {
    clearTimeout(this.typing)
    const draft = findDraft(this.data.id)
    if (draft !== undefined && draft.state === 'draft' && draft.description !== this.description) this.change({ description: this.description })
  },
  suggest() {
    const text = this.description.trim()
    if (!this.hasText()) return
    suggestCategories(text).then(
      ({ suggestions, matters, emergency }) => {
        if (text !== this.description.trim()) return
        this.setData({ suggestions: suggestions.slice(0, MAX_SUGGESTIONS), matters, emergency })
        this.judge()
      },
      // Without a network there are no suggestions; the server makes its own when it gets the report.
      () => undefined,
    )
  },
  callForHelp() {
    if (this.data.emergency !== null) dial(this.data.emergency.call)
  },
  chooseCategory(event: WechatMiniprogram.CustomEvent<{ category: Category | null }>) {
    const { category } = event.detail
    this.change({ category })
    if (category === null) this.setData({ category: null, categoryNote: '' })
    this.judge()
  },

  /** Of several questions only the last one's answer is shown. */
  judge() {
    const draft = findDraft(this.data.id)
    if (draft?.place == null) return
    const turn = ++this.asked
    judgeDraft({ ...draft, description: this.description }, this.hasText())
      .then((judged) => {
        if (turn === this.asked && judged !== undefined) this.setData({ ...judged })
      })
      .catch(() => {
        if (turn === this.asked) this.setData({ area: '', unit: '', reason: '联网后显示派给哪个单位；现在也可以提交。' })
      })
  },
  hasText(): boolean {
    return tooShort(this.description, this.data.photos.length, me()?.text) === ''
  },

  async endorse(event: WechatMiniprogram.CustomEvent<{ number: string }>) {
    const { number } = event.detail
    await askToSubscribe('delegate')
    if (!(await confirm('附议这件事？', '附议后您会收到办理进展，不必再提交一次。', '附议'))) return
    try {
      await endorse(number)
      this.setData({ endorsed: [...this.data.endorsed, number] })
      toast('已附议')
    } catch (error) {
      toast(errorMessage(error))
    }
  },
  changeFollowUp(event: WechatMiniprogram.SwitchChange) {
    this.change({ wantsFollowUp: event.detail.value })
  },
  changeConfidential(event: WechatMiniprogram.SwitchChange) {
    this.change({ confidential: event.detail.value })
  },
  async startOver() {
    if (!(await confirm('重新写？', '上次没写完的文字和照片会删去。', '重新写'))) return
    clearTimeout(this.typing)
    this.stopWatching?.()
    removeDraft(this.data.id)
    void wx.redirectTo({ url: '/pages/snap/index' })
  },

  submit() {
    this.keepText()
    const draft = findDraft(this.data.id)
    if (draft === undefined || this.data.sending) return
    const missing = whatIsMissing(draft, me()?.text)
    if (missing !== '') {
      this.setData({ problem: missing })
      toast(missing)
      return
    }
    this.setData({ sending: true, problem: '' })
    // WeChat shows the question only right after the tap, so it comes before everything that waits.
    void askToSubscribe('delegate')
      .then(() => queue(draft.id))
      .then(() => this.afterSending())
  },
  afterSending() {
    this.setData({ sending: false })
    const draft = findDraft(this.data.id)
    if (draft?.state === 'sent') void wx.redirectTo({ url: `/pages/order/index?number=${draft.number}&fresh=1` })
    else if (draft?.state === 'refused') {
      takeBack(draft.id)
      this.setData({ problem: draft.problem })
    } else void wx.redirectTo({ url: '/pages/drafts/index' })
  },
})
