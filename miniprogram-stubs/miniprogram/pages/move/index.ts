import { type Filled, type ActionForm, contextOf, actionForm } from '../../services/action-forms'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { type Order, getOrder } from '../../services/orders'
import { explain } from '../../services/permissions'
import { MAX_PHOTOS, type Photo, type PhotoSource, choosePhotos, uploadPhoto } from '../../services/photos'
import { errorMessage } from '../../services/problem'
import { leave, definePage, toast } from '../../services/page'
import { me } from '../../services/session'

type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

const MIN_CHARS = 2

/** The part of an action form that the page draws; the call itself stays in the script. */
type Shape = Omit<ActionForm, 'run' | 'title'>

definePage({
  data: {
    state: 'loading',
    problem: '',
    shape: null as Shape | null,
    description: '',
    context: '',
    days: 0,
    photos: [] as Photo[],
    room: MAX_PHOTOS,
    busy: false,
    fault: '',
  },
  form: undefined as ActionForm | undefined,
  order: undefined as Order | undefined,
  number: '',
  name: '',
  unit: '',
  text: '',
  second: '',

  onLoad(query: Record<string, string | undefined>) {
    this.number = query['number'] ?? ''
    this.name = query['move'] ?? ''
    this.form = actionForm(this.name)
    if (this.form !== undefined) void wx.setNavigationBarTitle({ title: this.form.title })
    void listSubscriptions().catch(() => undefined)
    void this.load()
  },
  async load() {
    this.setData({ state: 'loading' })
    try {
      const order = await getOrder(this.number)
      this.order = order
      if (this.form === undefined || !order.actions.includes(this.name)) {
        this.setData({ state: 'error', problem: '这件工单现在不能这样做，可能别人已经办理了。请返回查看最新情况。' })
        return
      }
      const { run, title, ...shape } = this.form
      this.setData({ state: 'ready', shape, days: shape.days?.choices[0] ?? 0, description: order.description, context: contextOf(order, this.name) })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },

  write(event: WechatMiniprogram.TextareaInput) {
    this.text = event.detail.value
  },
  writeSecond(event: WechatMiniprogram.TextareaInput) {
    this.second = event.detail.value
  },
  chooseDays(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { days: number }>) {
    this.setData({ days: event.currentTarget.dataset.days })
  },
  chooseUnit(event: WechatMiniprogram.CustomEvent<{ unit: { id: string } | null }>) {
    this.unit = event.detail.unit?.id ?? ''
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
    this.change(photo.key, { state: 'sending', progress: 0 })
    try {
      const role = this.name === 'reply' ? 'after' : 'evidence'
      const { id } = await uploadPhoto(photo, role, undefined, (progress) => this.change(photo.key, { progress }))
      this.change(photo.key, { state: 'sent', id })
    } catch (error) {
      this.change(photo.key, { state: 'failed', problem: errorMessage(error) })
    }
  },
  change(key: string, change: Partial<Photo>) {
    this.showPhotos(this.data.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)))
  },
  showPhotos(photos: Photo[]) {
    this.setData({ photos, room: MAX_PHOTOS - photos.length })
  },

  missing(form: ActionForm): string {
    const { text, second } = this
    const { photos } = this.data
    if (text.trim().length < MIN_CHARS) return `请填写${form.label}`
    if (form.second?.required === true && second.trim().length < MIN_CHARS) return `请填写${form.second.label}`
    if (form.unit?.required === true && this.unit === '') return '请选择单位'
    return photos.some((photo) => photo.state !== 'sent') ? '有照片还没有传上，请稍等或删去' : ''
  },
  async submit() {
    const { form, order } = this
    if (form === undefined || order === undefined || this.data.busy) return
    const fault = this.missing(form)
    this.setData({ fault })
    if (fault !== '') return
    const asking = askToSubscribe(me()?.role ?? 'delegate')
    this.setData({ busy: true })
    try {
      await asking
      await form.run(order, this.filled())
      toast('已提交')
      leave()
    } catch (error) {
      this.setData({ fault: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  filled(): Filled {
    const { days, photos } = this.data
    return { text: this.text.trim(), second: this.second.trim(), unit: this.unit, days, photoIds: photos.flatMap((photo) => photo.id ?? []) }
  },
})
