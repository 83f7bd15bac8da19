import type { components } from '../../api/schema'
import { explain } from '../../services/permissions'
import { MAX_PHOTOS, type Photo, type PhotoSource, choosePhotos, uploadPhoto } from '../../services/photos'
import { errorMessage } from '../../services/problem'
import { toast } from '../../services/page'

type Schemas = components['schemas']
type Choice<T> = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { value: T }>
type OfPhoto = WechatMiniprogram.CustomEvent<{ key: string }>

/** The delegate's judgement: result, whether solved, the process, words, photos. Fires `submit` with the body of the call. */
Component({
  properties: {
    busy: Boolean,
  },
  data: {
    results: [
      { value: 'satisfied', words: '满意', after: '工单办结归档。' },
      { value: 'basically_satisfied', words: '基本满意', after: '承办单位须在3个工作日内补充办理，人大常委会重点跟踪。' },
      { value: 'dissatisfied', words: '不满意', after: '列为疑难工单，下发督办单，重新计时第二次办理。' },
    ],
    solvedChoices: [
      { value: 'yes', words: '已解决' },
      { value: 'partly', words: '部分解决' },
      { value: 'no', words: '未解决' },
    ],
    result: '',
    solved: '',
    process: '',
    comment: '',
    photos: [] as Photo[],
    room: MAX_PHOTOS,
    after: '',
  },
  methods: {
    chooseResult(event: Choice<Schemas['Satisfaction']>) {
      const { value } = event.currentTarget.dataset
      this.setData({ result: value, after: this.data.results.find((one) => one.value === value)?.after ?? '' })
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
        const { id } = await uploadPhoto(photo, 'evidence', undefined, (progress) => this.change(photo.key, { progress }))
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
