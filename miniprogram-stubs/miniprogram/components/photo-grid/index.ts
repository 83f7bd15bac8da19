import type { Photo } from '../../services/photos'
import type { Video } from '../../services/videos'

interface Shown {
  key: string
  thumb: string
  large: string
  caption: string
}

/**
 * Photos to look at (`shown`), or on their way (`photos`, with progress, retry and removal). Fires `add` with the source.
 * With `offersVideo` it takes a short video too: `addvideo`, `againvideo`, `removevideo`.
 */
Component({
  properties: {
    shown: { type: Array, value: [] as Shown[] },
    photos: { type: Array, value: [] as Photo[] },
    editable: Boolean,
    /** For half the width: one photo per line. */
    narrow: Boolean,
    room: { type: Number, value: 0 },
    video: { type: Object, optionalTypes: [null as unknown as ObjectConstructor], value: null as Video | null },
    offersVideo: Boolean,
  },
  methods: {
    takePicture() {
      this.triggerEvent('add', { source: 'camera' })
    },
    chooseFromAlbum() {
      this.triggerEvent('add', { source: 'album' })
    },
    takeVideo() {
      this.triggerEvent('addvideo')
    },
    retryVideo() {
      this.triggerEvent('againvideo')
    },
    removeVideo() {
      this.triggerEvent('removevideo')
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
