import type { Card } from '../../services/cards'

/** One order in a list; a tap opens it. */
Component({
  properties: {
    card: { type: Object, value: { number: '', tags: [] } as unknown as Card },
  },
  methods: {
    open() {
      void wx.navigateTo({ url: `/pages/order/index?number=${this.data.card.number}` })
    },
  },
})
