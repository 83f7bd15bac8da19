import { type Notice, listInbox, readAllNotices, readNotice } from '../../services/notices'
import { errorCode, errorMessage } from '../../services/problem'
import { definePage, toast } from '../../services/page'
import { NOT_BOUND } from '../../services/session'
import { ago } from '../../services/times'

interface Row {
  id: string
  title: string
  body: string
  when: string
  unread: boolean
  page: string
}

function rowOf(notice: Notice): Row {
  return { id: notice.id, title: notice.title, body: notice.body, when: ago(notice.created_at), unread: !notice.read_at, page: notice.page ?? '' }
}

definePage({
  data: {
    state: 'loading',
    problem: '',
    rows: [] as Row[],
    next: '',
    unread: 0,
    loadingMore: false,
  },
  onShow() {
    void this.load()
  },
  async load() {
    try {
      const { items, next, unread } = await listInbox()
      this.setData({ rows: items.map(rowOf), next: next ?? '', unread, state: items.length > 0 ? 'ready' : 'empty' })
    } catch (error) {
      this.setData({ state: errorCode(error) === NOT_BOUND ? 'signed-out' : 'error', problem: errorMessage(error) })
    }
  },
  async more() {
    const { next, loadingMore } = this.data
    if (next === '' || loadingMore) return
    this.setData({ loadingMore: true })
    try {
      const page = await listInbox(next)
      this.setData({ rows: this.data.rows.concat(page.items.map(rowOf)), next: page.next ?? '' })
    } catch (error) {
      toast(errorMessage(error))
    } finally {
      this.setData({ loadingMore: false })
    }
  },
  async open(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { id: string }>) {
    const row = this.data.rows.find((one) => one.id === event.currentTarget.dataset.id)
    if (row === undefined) return
    if (row.page !== '') void wx.navigateTo({ url: `/${row.page}` })
    else toast('请在电脑上打开网页工作台处理')
    if (!row.unread) return
    // Opening matters more than the mark; the next load shows how it stands.
    await readNotice(row.id).catch(() => undefined)
    if (row.page === '') await this.load()
  },
  async readAll() {
    try {
      await readAllNotices()
      await this.load()
    } catch (error) {
      toast(errorMessage(error))
    }
  },
  subscriptions() {
    void wx.navigateTo({ url: '/pages/subscriptions/index' })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.more()
  },
})
