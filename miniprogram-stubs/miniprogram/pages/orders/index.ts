import { type OrderTab, ownTabsForRole } from '../../services/order-tabs'
import { refreshUnread } from '../../services/notices'
import { fetchMe } from '../../services/people'
import { errorCode, errorMessage } from '../../services/problem'
import { definePage } from '../../services/page'
import { NOT_BOUND, me } from '../../services/session'

interface OrderTabs {
  reload: () => Promise<void>
  more: () => Promise<void>
}

definePage({
  data: {
    state: 'loading',
    problem: '',
    tabs: [] as OrderTab[],
  },
  onShow() {
    void this.load()
  },
  async load() {
    try {
      const { role } = me() ?? (await fetchMe())
      if (this.data.tabs.length === 0) this.setData({ tabs: ownTabsForRole(role), state: 'ready' })
      void refreshUnread()
      await this.list()?.reload()
    } catch (error) {
      this.setData({ state: errorCode(error) === NOT_BOUND ? 'signed-out' : 'error', problem: errorMessage(error) })
    }
  },
  list(): OrderTabs | undefined {
    return (this.selectComponent('#order-tabs') as unknown as OrderTabs | null) ?? undefined
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.list()?.more()
  },
})
