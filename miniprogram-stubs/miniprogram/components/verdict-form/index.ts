import type { components } from '../../api/schema'
import { explain } from '../../services/permissions'
import { type Photo, type PhotoSource, choosePhotos, sendPhoto, uploadPhoto } from '../../services/photos'
import { SATISFACTION, SOLVED } from '../../services/labels'
import { toast } from '../../services/page'

type Schemas = components['schemas']
type Choice<T> = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { value: T }>
type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

type Limits = Schemas['OrderView']['limits']

function choicesOf<T extends string>(labels: Record<T, string>): { value: T; words: string }[] {
  return (Object.keys(labels) as T[]).map((value) => ({ value, words: labels[value] }))
}

/** What follows from a verdict, before it is given. */
function consequence(result: Schemas['Satisfaction'], limits: Limits, round: number): string {
  if (result === 'satisfied') return '工单办结归档。'
  if (result === 'dissatisfied') return `列为疑难工单，下发督办单，重新计时第 ${round + 1} 次办理。`
  return `承办单位须在 ${limits.supplementary_working_days} 个工作日内补充办理，人大常委会重点跟踪。`
}

/** The delegate's judgement: result, whether solved, the process, words, photos. Fires `submit` with the body of the call. */
Component({
  properties: {
    busy: Boolean,
    /** The order's `limits`. */
    limits: Object,
    /** The round that is judged. */
    round: { type: Number, value: 1 },
  },
  data: {
    results: choicesOf(SATISFACTION),
    solvedChoices: choicesOf(SOLVED),
    result: '',
    solved: '',
    process: '',
    comment: '',
    /** -1 until the properties are there: the first drawing comes before them. */
    maxChars: -1,
    photos: [] as Photo[],
    room: 0,
    after: '',
  },
  lifetimes: {
    attached() {
      this.setData({ maxChars: this.limits().texts.note.max })
      this.showPhotos([])
    },
  },
  methods: {
    limits(): Limits {
      return this.data.limits as Limits
    },
    chooseResult(event: Choice<Schemas['Satisfaction']>) {
      const { value } = event.currentTarget.dataset
      this.setData({ result: value, after: consequence(value, this.limits(), this.data.round) })
    },
    chooseSolved(event: Choice<Schemas['Solved']>) {
      this.setData({ solved: event.currentTarget.dataset.value })
    },
    chooseProcess(event: Choice<Schemas['Satisfaction']>) {
      this.setData({ process: event.currentTarget.dataset.value })
    },
    writeComment(event: WechatMiniprogram.TextareaInput) {
      this.setData({ comment: event.detail.value })
    },
    async addPhotos(event: WechatMiniprogram.CustomEvent<{ source: PhotoSource }>) {
      try {
        const { photos, tooLarge } = await choosePhotos(this.data.room, event.detail.source, this.limits().photo_mb)
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
        async (onProgress) => (await uploadPhoto(photo, 'evidence', undefined, onProgress)).id,
        (part) => this.change(photo.key, part),
      )
    },
    change(key: string, change: Partial<Photo>) {
      this.showPhotos(this.data.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)))
    },
    showPhotos(photos: Photo[]) {
      this.setData({ photos, room: this.limits().photos - photos.length })
    },
    submit() {
      const { result, solved, process, comment, photos } = this.data
      if (result === '' || solved === '') {
        toast(result === '' ? '请先选择对结果是否满意' : '请选择问题是否解决')
        return
      }
      if (photos.some((photo) => photo.state !== 'sent')) {
        toast('有照片还没有传上，请稍等或删去')
        return
      }
      this.triggerEvent('submit', {
        result,
        solved,
        ...(process === '' ? {} : { process }),
        ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
        photo_ids: photos.flatMap((photo) => photo.id ?? []),
      })
    },
  },
})
