import type { Clock } from '../../services/clocks'

/** The clocks of an order; a tap explains how one was counted. */
Component({
  properties: {
    clocks: { type: Array, value: [] as Clock[] },
  },
  data: { open: '' },
  methods: {
    toggle(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>) {
      const { key } = event.currentTarget.dataset
      this.setData({ open: this.data.open === key ? '' : key })
    },
  },
})
