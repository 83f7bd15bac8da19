import type { components } from '../../api/schema'
import { STATUS } from '../../services/labels'

type NearbyOrder = components['schemas']['NearbyOrder']

interface Row {
  number: string
  words: string
  mine: boolean
  endorsed: boolean
}

/** Open matters of the same kind close by: perhaps one of them is the same. Fires `endorse` with its number. */
Component({
  properties: {
    orders: { type: Array, value: [] as NearbyOrder[] },
    endorsed: { type: Array, value: [] as string[] },
  },
  data: { rows: [] as Row[] },
  observers: {
    'orders, endorsed'(orders: NearbyOrder[], endorsed: string[]) {
      this.setData({
        rows: orders.map((order) => ({
          number: order.number,
          words: `${order.category.name ?? '未分类'} · ${order.distance_m} 米 · ${STATUS[order.status]}`,
          mine: order.mine,
          endorsed: endorsed.includes(order.number),
        })),
      })
    },
  },
  methods: {
    endorse(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { number: string }>) {
      this.triggerEvent('endorse', { number: event.currentTarget.dataset.number })
    },
  },
})
