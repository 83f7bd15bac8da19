import type { components } from '../../api/schema'
import { type Category, type Suggestion, suggestCategories } from '../../services/categories'
import { type Draft, allDrafts, changeDraft, findDraft, isEmpty, newDraft, removeDraft, saveDraft, watchDrafts } from '../../services/drafts'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { endorse } from '../../services/orders'
import { queue, retryPhoto, uploadEarly } from '../../services/outbox'
import { MAX_PHOTOS, type Photo, choosePhotos, dropFile } from '../../services/photos'
import { type DispatchPreview, type Place, chosenPlace, currentPlace, nearby, precision, previewDispatch } from '../../services/places'
import { errorMessage } from '../../services/problem'
import { confirm, definePage, toast } from '../../services/page'
import { getSite } from '../../services/sites'

type NearbyOrder = components['schemas']['NearbyOrder']
type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

const MIN_CHARS = 5
const PAUSE_MS = 500
const MOST_SUGGESTIONS = 3

definePage({
  data: {
    id: '',
    description: '',
    photos: [] as Photo[],
    room: MAX_PHOTOS,
    placeWords: '',
    placeProblem: '',
    locating: false,
    precise: '',
    category: null as Category | null,
    suggestions: [] as Suggestion[],
    nearbyOrders: [] as NearbyOrder[],
    endorsed: [] as string[],
    area: '',
    unit: '',
    reason: '',
    judging: false,
    wantsFollowUp: true,
    confidential: false,
    siteName: '',
    resumed: false,
    sending: false,
    problem: '',
  },
  asked: 0,
  stopWatching: undefined as (() => void) | undefined,

  async onLoad(query: Record<string, string | undefined>) {
    const draft = await this.open(query)
    this.setData({ id: draft.id, resumed: !isEmpty(draft) && query['draft'] === undefined })
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
  onUnload() {
    this.stopWatching?.()
    const draft = findDraft(this.data.id)
    if (draft?.state === 'draft' && isEmpty(draft)) removeDraft(draft.id)
  },

  /** The draft that is named, one for the site that was scanned, the one left unfinished last time, or a new one. */
  async open(query: Record<string, string | undefined>): Promise<Draft> {
    const named = query['draft'] === undefined ? undefined : findDraft(query['draft'])
    if (named !== undefined) {
      saveDraft({ ...named, state: 'draft', problem: '' })
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
    const { description, photos, placeWords, category, wantsFollowUp, confidential, siteName } = draft
    const precise = draft.place === null ? '' : precision(draft.place)
    this.setData({ photos, room: MAX_PHOTOS - photos.length, placeWords, precise, category, wantsFollowUp, confidential, siteName })
    // What is being typed is ahead of what is kept.
    if (this.data.description === '') this.setData({ description })
  },
  change(change: Partial<Draft>) {
    changeDraft(this.data.id, change)
  },

  async addPhotos() {
    const { photos, tooLarge } = await choosePhotos(this.data.room, ['camera', 'album'])
    if (tooLarge > 0) toast(`${tooLarge} 张照片超过 10 MB，没有加入`)
    if (photos.length === 0) return
    this.change({ photos: this.data.photos.concat(photos) })
    void uploadEarly(this.data.id)
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
    this.setData({ locating: true, placeProblem: '' })
    try {
      this.takePlace(await currentPlace())
    } catch (error) {
      this.setData({ placeProblem: errorMessage(error) })
    } finally {
      this.setData({ locating: false })
    }
  },
  async chooseOnMap() {
    try {
      const place = await chosenPlace(findDraft(this.data.id)?.place ?? undefined)
      if (place !== undefined) this.takePlace(place)
    } catch (error) {
      this.setData({ placeProblem: errorMessage(error) })
    }
  },
  takePlace(place: Place) {
    this.setData({ placeProblem: '' })
    this.change({ place, placeWords: place.address })
    this.judge()
  },

  write(event: WechatMiniprogram.TextareaInput) {
    const description = event.detail.value
    this.setData({ description })
    this.change({ description })
    setTimeout(() => {
      if (description === this.data.description) this.suggest()
    }, PAUSE_MS)
  },
  /** A suggestion stands until the person chooses; it is not sent as his choice. */
  suggest() {
    const text = this.data.description.trim()
    if (text.length < MIN_CHARS) return
    suggestCategories(text).then(
      (found) => {
        const suggestions = found.slice(0, MOST_SUGGESTIONS)
        this.setData({ suggestions })
        const draft = findDraft(this.data.id)
        if (draft !== undefined && !draft.categoryChosen) this.change({ category: suggestions[0] ?? null })
        this.judge()
      },
      // Without a network there are no suggestions; the server makes its own when it gets the report.
      () => undefined,
    )
  },
  chooseCategory(event: WechatMiniprogram.CustomEvent<{ category: Category | null }>) {
    const { category } = event.detail
    this.change({ category, categoryChosen: category !== null })
    this.judge()
  },

  /** Where it would go and what is known close by; of several questions only the last one's answer is shown. */
  judge() {
    const draft = findDraft(this.data.id)
    if (draft === undefined || draft.place === null) return
    this.asked += 1
    const turn = this.asked
    const { place, category, categoryChosen } = draft
    this.setData({ judging: true })
    const near = category === null ? Promise.resolve([]) : nearby(place, category.code)
    const where = previewDispatch(place, categoryChosen ? category?.code : undefined, draft.description.trim())
    Promise.all([where, near]).then(
      ([preview, nearbyOrders]) => {
        if (turn === this.asked) this.showJudged(preview, nearbyOrders)
      },
      () => {
        if (turn === this.asked) this.setData({ judging: false, area: '', unit: '', reason: '联网后显示会派给哪个单位；不影响提交。' })
      },
    )
  },
  showJudged(preview: DispatchPreview, nearbyOrders: NearbyOrder[]) {
    const border = preview.place_relation === 'near_border' ? '（靠近边界）' : ''
    const area = preview.area ? `${preview.area.name}${border}` : '不在本市范围内'
    // Before a word is written nobody can say whose it is.
    const known = preview.category.code !== null || this.data.description.trim().length >= MIN_CHARS
    const unit = known ? (preview.unit?.name ?? '由 12345 坐席派单') : ''
    this.setData({ judging: false, area, unit, reason: known ? preview.dispatch.reason : '', nearbyOrders: nearbyOrders.slice(0, MOST_SUGGESTIONS) })
  },

  async endorse(event: WechatMiniprogram.CustomEvent<{ number: string }>) {
    const { number } = event.detail
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
    removeDraft(this.data.id)
    this.stopWatching?.()
    void wx.redirectTo({ url: '/pages/snap/index' })
  },

  missing(draft: Draft): string {
    if (draft.description.trim().length < MIN_CHARS) return `请用至少 ${MIN_CHARS} 个字说明问题`
    return draft.place === null && draft.siteCode === '' ? '请先确定位置' : ''
  },
  submit() {
    const draft = findDraft(this.data.id)
    if (draft === undefined || this.data.sending) return
    const missing = this.missing(draft)
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
    else if (draft?.state === 'refused') this.setData({ problem: draft.problem })
    else void wx.redirectTo({ url: '/pages/drafts/index' })
  },
})
