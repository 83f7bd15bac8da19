import { SITE_MESSAGE_STATUS } from '../../services/labels'
import { definePage, toast } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { type SiteMessage, type SiteMessageStatus, listSiteMessages } from '../../services/site-messages'
import { ago } from '../../services/times'

interface Row {
  id: string
  site: string
  text: string
  status: string
  colour: string
  when: string
  photos: string
}

type OfTab = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>
type OfRow = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { id: string }>

function toRow(message: SiteMessage): Row {
  return {
    id: message.id,
    site: message.site.name,
    text: message.text,
    status: SITE_MESSAGE_STATUS[message.status],
    colour: message.status === 'received' ? 'yellow' : 'green',
    when: ago(message.created_at),
    photos: message.photos.length === 0 ? '' : `${message.photos.length} 张照片`,
  }
}

const TABS: { key: string; name: string; status: SiteMessageStatus | undefined; empty: string }[] = [
  { key: 'received', name: SITE_MESSAGE_STATUS.received, status: 'received', empty: '没有等待处理的留言。' },
  { key: 'adopted', name: SITE_MESSAGE_STATUS.adopted, status: 'adopted', empty: '还没有采纳过留言。' },
  { key: 'answered', name: SITE_MESSAGE_STATUS.answered, status: 'answered', empty: '还没有答复过留言。' },
  { key: 'all', name: '全部', status: undefined, empty: '您的点位还没有收到留言。' },
]

definePage({
  data: {
    state: 'loading',
    problem: '',
    tabs: TABS.map(({ key, name }) => ({ key, name })),
    open: 'received',
    empty: '',
    rows: [] as Row[],
    next: '',
    loadingMore: false,
  },
  onShow() {
    void this.load()
  },
  choose(event: OfTab) {
    this.setData({ open: event.currentTarget.dataset.key, rows: [], state: 'loading' })
    void this.load()
  },
  async load() {
    const { open } = this.data
    const tab = TABS.find((one) => one.key === open)
    try {
      const { items, next } = await listSiteMessages(tab?.status)
      if (open !== this.data.open) return
      this.setData({ rows: items.map(toRow), next: next ?? '', state: items.length > 0 ? 'ready' : 'empty', empty: tab?.empty ?? '' })
    } catch (error) {
      if (open === this.data.open) this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  async more() {
    const { open, next, loadingMore } = this.data
    if (next === '' || loadingMore) return
    this.setData({ loadingMore: true })
    try {
      const page = await listSiteMessages(TABS.find((one) => one.key === open)?.status, next)
      if (open === this.data.open) this.setData({ rows: this.data.rows.concat(page.items.map(toRow)), next: page.next ?? '' })
    } catch (error) {
      toast(errorMessage(error))
    } finally {
      this.setData({ loadingMore: false })
    }
  },
  read(event: OfRow) {
    void wx.navigateTo({ url: `/pages/site-message/index?id=${event.currentTarget.dataset.id}` })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.more()
  },
})
