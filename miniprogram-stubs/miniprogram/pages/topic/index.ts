import { STATUS } from '../../services/labels'
import { TOPIC_STATUS } from '../../services/labels'
import { type Topic, getTopic } from '../../services/matters'
import { definePage } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { day } from '../../services/times'

type OfOrder = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { number: string }>

const MAX_ORDERS = 30

function shown(topic: Topic) {
  return {
    title: topic.title,
    status: TOPIC_STATUS[topic.status],
    rising: topic.status === 'rising',
    recent: `最近 ${topic.window_days} 天 ${topic.recent} 件，按以往应有 ${topic.expected.toFixed(1)} 件`,
    total: `共 ${topic.order_count} 件，涉及代表 ${topic.delegate_count} 名；${day(topic.first_at)}至${day(topic.last_at)}`,
    areas: topic.areas.map(({ name, orders }) => `${name} ${orders} 件`).join('、'),
    units: topic.units.map(({ name, orders }) => `${name} ${orders} 件`).join('、'),
    orders: topic.orders.slice(0, MAX_ORDERS).map((order) => ({
      number: order.number,
      words: [order.area, STATUS[order.status]].filter(Boolean).join(' · '),
      when: day(order.created_at),
    })),
    matter: topic.campaign ?? '',
  }
}

definePage({
  data: { state: 'loading', problem: '', topic: null as ReturnType<typeof shown> | null },
  id: '',
  onLoad(query: Record<string, string | undefined>) {
    this.id = query['id'] ?? ''
    void this.load()
  },
  async load() {
    try {
      this.setData({ topic: shown(await getTopic(this.id)), state: 'ready', problem: '' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  openOrder(event: OfOrder) {
    void wx.navigateTo({ url: `/pages/order/index?number=${event.currentTarget.dataset.number}` })
  },
  openMatter() {
    void wx.navigateTo({ url: `/pages/matter/index?id=${this.data.topic?.matter ?? ''}` })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
