import { type Filled, type Move, contextOf, moveNamed } from '../../services/moves'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { type Order, getOrder } from '../../services/orders'
import { MAX_PHOTOS, type Photo, choosePhotos, dropFile, uploadPhoto } from '../../services/photos'
import { wordsFor } from '../../services/problem'
import { leave, screen, toast } from '../../services/screen'
import { me } from '../../services/session'

type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

const MIN_CHARS = 2

/** What of a move the page draws; the call itself stays in the script. */
type Shape = Omit<Move, 'run' | 'title'>

screen({
  data: {
    state: 'loading',
    problem: '',
    shape: null as Shape | null,
    description: '',
    context: '',
    text: '',
    second: '',
    days: 0,
    photos: [] as Photo[],
    room: MAX_PHOTOS,
    busy: false,
    fault: '',
  },
  move: undefined as Move | undefined,
  order: undefined as Order | undefined,
  number: '',
  name: '',
  unit: '',

  onLoad(query: Record<string, string | undefined>) {
    this.number = query['number'] ?? ''
    this.name = query['move'] ?? ''
    this.move = moveNamed(this.name)
    if (this.move !== undefined) void wx.setNavigationBarTitle({ title: this.move.title })
    void listSubscriptions().catch(() => undefined)
    void this.load()
  },
  async load() {
    this.setData({ state: 'loading' })
    try {
      const order = await getOrder(this.number)
      this.order = order
      if (this.move === undefined || !order.actions.includes(this.name)) {
        this.setData({ state: 'error', problem: '这件工单现在不能这样做，可能别人已经办理了。请返回查看最新情况。' })
        return
      }
      const { run, title, ...shape } = this.move
      this.setData({ state: 'ready', shape, days: shape.days?.choices[0] ?? 0, description: order.description, context: contextOf(order, this.name) })
    } catch (error) {
      this.setData({ state: 'error', problem: wordsFor(error) })
    }
  },

  write(event: WechatMiniprogram.TextareaInput) {
    this.setData({ text: event.detail.value })
  },
  writeSecond(event: WechatMiniprogram.TextareaInput) {
    this.setData({ second: event.detail.value })
  },
  chooseDays(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { days: number }>) {
    this.setData({ days: event.currentTarget.dataset.days })
  },
  chooseUnit(event: WechatMiniprogram.CustomEvent<{ unit: { id: string } | null }>) {
    this.unit = event.detail.unit?.id ?? ''
  },

  async addPhotos() {
    const { photos, tooLarge } = await choosePhotos(this.data.room, ['camera', 'album'])
    if (tooLarge > 0) toast(`${tooLarge} 张照片超过 10 MB，没有加入`)
    this.showPhotos(this.data.photos.concat(photos))
    for (const photo of photos) await this.send(photo)
  },
  async sendAgain(event: OfPhoto) {
    const photo = this.data.photos.find((one) => one.key === event.detail.key)
    if (photo !== undefined) await this.send(photo)
  },
  removePhoto(event: OfPhoto) {
    const gone = this.data.photos.find((one) => one.key === event.detail.key)
    if (gone !== undefined) dropFile(gone.path)
    this.showPhotos(this.data.photos.filter((one) => one.key !== event.detail.key))
  },
  async send(photo: Photo) {
    this.change(photo.key, { state: 'sending', progress: 0 })
    try {
      const role = this.name === 'reply' ? 'after' : 'evidence'
      const { id } = await uploadPhoto(photo, role, undefined, (progress) => this.change(photo.key, { progress }))
      this.change(photo.key, { state: 'sent', id })
    } catch (error) {
      this.change(photo.key, { state: 'failed', problem: wordsFor(error) })
    }
  },
  change(key: string, change: Partial<Photo>) {
    this.showPhotos(this.data.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)))
  },
  showPhotos(photos: Photo[]) {
    this.setData({ photos, room: MAX_PHOTOS - photos.length })
  },

  missing(move: Move): string {
    const { text, second, photos } = this.data
    if (text.trim().length < MIN_CHARS) return `请填写${move.label}`
    if (move.second?.required === true && second.trim().length < MIN_CHARS) return `请填写${move.second.label}`
    if (move.unit?.required === true && this.unit === '') return '请选择单位'
    return photos.some((photo) => photo.state !== 'sent') ? '有照片还没有传上，请稍等或删去' : ''
  },
  async submit() {
    const { move, order } = this
    if (move === undefined || order === undefined || this.data.busy) return
    const fault = this.missing(move)
    this.setData({ fault })
    if (fault !== '') return
    const asking = askToSubscribe(me()?.role ?? 'delegate')
    this.setData({ busy: true })
    try {
      await asking
      await move.run(order, this.filled())
      toast('已提交')
      leave()
    } catch (error) {
      this.setData({ fault: wordsFor(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  filled(): Filled {
    const { text, second, days, photos } = this.data
    return { text: text.trim(), second: second.trim(), unit: this.unit, days, photoIds: photos.flatMap((photo) => photo.id ?? []) }
  },
})
