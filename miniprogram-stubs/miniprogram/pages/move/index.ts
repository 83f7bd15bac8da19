import { type Filled, type ActionForm, contextOf, actionForm } from '../../services/action-forms'
import { UNKNOWN_LIMITS, actionLimits } from '../../services/limits'
import { type Committee, listCommittees } from '../../services/matters'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { type Order, getOrder } from '../../services/orders'
import { explain } from '../../services/permissions'
import { type Photo, type PhotoSource, choosePhotos, sendPhoto, uploadPhoto } from '../../services/photos'
import { errorMessage } from '../../services/problem'
import { leave, definePage, toast } from '../../services/page'
import { me } from '../../services/session'

type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

type TextLength = Order['limits']['texts']['reason']

/** The part of an action form that the page draws; the call itself stays in the script. */
interface Shape extends Omit<ActionForm, 'run' | 'title' | 'about' | 'days' | 'length' | 'second'> {
  about: string
  length: TextLength
  second?: { label: string; placeholder: string; length: TextLength }
  days?: { label: string; choices: number[] }
}

function shapeOf(form: ActionForm, order: Order): Shape {
  const { run, title, about, days, length, second, ...shape } = form
  const { limits } = order
  return {
    ...shape,
    about: about(limits),
    length: limits.texts[length],
    ...(second === undefined ? {} : { second: { ...second, length: limits.texts[second.length] } }),
    ...(days === undefined ? {} : { days: { label: days.label, choices: days.choices(limits) } }),
  }
}

definePage({
  data: {
    state: 'loading',
    problem: '',
    shape: null as Shape | null,
    description: '',
    context: '',
    committees: [] as Committee[],
    committee: '',
    days: 0,
    photos: [] as Photo[],
    room: 0,
    busy: false,
    fault: '',
  },
  form: undefined as ActionForm | undefined,
  order: undefined as Order | undefined,
  limits: UNKNOWN_LIMITS,
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
      this.limits = actionLimits(order)
      this.showPhotos(this.data.photos)
      if (this.form === undefined || !order.actions.includes(this.name)) {
        this.setData({ state: 'error', problem: '这件工单现在不能这样做，可能别人已经办理了。请返回查看最新情况。' })
        return
      }
      const shape = shapeOf(this.form, order)
      const committees = shape.committee === undefined ? [] : await listCommittees()
      this.setData({
        committees,
        state: 'ready',
        shape,
        days: shape.days?.choices[0] ?? 0,
        description: order.description,
        context: contextOf(order, this.name),
      })
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
  chooseCommittee(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { name: string }>) {
    const { name } = event.currentTarget.dataset
    this.setData({ committee: name === this.data.committee ? '' : name })
  },
  chooseUnit(event: WechatMiniprogram.CustomEvent<{ unit: { id: string } | null }>) {
    this.unit = event.detail.unit?.id ?? ''
  },

  async addPhotos(event: WechatMiniprogram.CustomEvent<{ source: PhotoSource }>) {
    try {
      const { photos, tooLarge } = await choosePhotos(this.data.room, event.detail.source, this.limits.megabytes)
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
    const role = this.name === 'reply' ? 'after' : 'evidence'
    return sendPhoto(
      async (onProgress) => (await uploadPhoto(photo, role, undefined, onProgress)).id,
      (part) => this.change(photo.key, part),
    )
  },
  change(key: string, change: Partial<Photo>) {
    this.showPhotos(this.data.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)))
  },
  showPhotos(photos: Photo[]) {
    this.setData({ photos, room: this.limits.count - photos.length })
  },

  missing(form: ActionForm): string {
    const { photos, shape } = this.data
    if (shape === null || this.text.trim().length < shape.length.min) return `请填写${form.label}`
    if (shape.second !== undefined && this.second.trim().length < shape.second.length.min) return `请填写${shape.second.label}`
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
    const { committee, days, photos } = this.data
    return { text: this.text.trim(), second: this.second.trim(), committee, unit: this.unit, days, photoIds: photos.flatMap((photo) => photo.id ?? []) }
  },
})
