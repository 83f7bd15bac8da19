import type { Photo } from '../../services/photos'

interface Shown {
  key: string
  thumb: string
  large: string
  caption: string
}

/** Photos to look at (`shown`), or on their way (`photos`, with progress, retry and removal). Fires `add` with the source. */
Component({
  properties: {
    shown: { type: Array, value: [] as Shown[] },
    photos: { type: Array, value: [] as Photo[] },
    editable: Boolean,
    room: { type: Number, value: 0 },
  },
  methods: {
    takePicture() {
      this.triggerEvent('add', { source: 'camera' })
    },
    chooseFromAlbum() {
      this.triggerEvent('add', { source: 'album' })
    },
    retry(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>) {
      this.triggerEvent('again', { key: event.currentTarget.dataset.key })
    },
    remove(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>) {
      this.triggerEvent('remove', { key: event.currentTarget.dataset.key })
    },
    enlarge(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { at: string }>) {
      const urls = [...this.data.shown.map((photo) => photo.large), ...this.data.photos.map((photo) => photo.path)]
      void wx.previewImage({ urls, current: event.currentTarget.dataset.at })
    },
  },
})
