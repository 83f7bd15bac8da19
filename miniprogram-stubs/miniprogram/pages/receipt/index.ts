import { STATUS } from '../../services/labels'
import { definePage } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { type KeptReceipt, type ReceiptView, lookAtReceipt, receipts } from '../../services/residents'
import { dayAndTime } from '../../services/times'

interface Progress {
  site: string
  state: string
  said: string
  answer: string
  order: string
  steps: string[]
}

function toProgress(view: ReceiptView): Progress {
  const { order } = view
  return {
    site: view.site.name,
    state: view.title,
    said: `${dayAndTime(view.created_at)} 您留言：${view.text}`,
    answer: view.answer ?? order?.public_reply ?? '',
    order: order ? `${STATUS[order.status]}${order.unit ? ` · ${order.unit}` : ''}` : '',
    steps: (order?.steps ?? []).map((step) => `${dayAndTime(step.at)} ${step.title}`),
  }
}

definePage({
  data: {
    state: 'empty',
    problem: '',
    kept: [] as (KeptReceipt & { when: string })[],
    typed: '',
    progress: null as Progress | null,
  },
  receipt: '',
  onLoad(query: Record<string, string | undefined>) {
    this.receipt = query['receipt'] ?? ''
    this.setData({ typed: this.receipt })
    if (this.receipt !== '') void this.load()
  },
  onShow() {
    this.setData({ kept: receipts().map((one) => ({ ...one, when: dayAndTime(one.at) })) })
  },
  write(event: WechatMiniprogram.Input) {
    this.receipt = event.detail.value
  },
  open(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { receipt: string }>) {
    this.receipt = event.currentTarget.dataset.receipt
    this.setData({ typed: this.receipt })
    void this.load()
  },
  async load() {
    if (this.receipt.trim() === '') return
    this.setData({ state: 'loading', problem: '', progress: null })
    try {
      this.setData({ state: 'ready', progress: toProgress(await lookAtReceipt(this.receipt)) })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
})
