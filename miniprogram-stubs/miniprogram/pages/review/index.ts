import type { components } from '../../api/schema'
import { definePage } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { send } from '../../services/transport'

type ReviewView = components['schemas']['ReviewView']

/** A fictional delegate's home for WeChat's reviewers. It signs nobody in; without a code on the server there is none. */
definePage({
  data: { view: null as ReviewView | null, busy: false, fault: '' },
  code: '',
  write(event: WechatMiniprogram.Input) {
    this.code = event.detail.value
  },
  async open() {
    if (this.data.busy) return
    this.setData({ busy: true, fault: '' })
    try {
      this.setData({ view: await send<ReviewView>({ method: 'POST', path: '/api/v1/review-view', body: { code: this.code.trim() } }) })
    } catch (error) {
      this.setData({ fault: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  example() {
    void wx.navigateTo({ url: '/pages/example/index' })
  },
})
