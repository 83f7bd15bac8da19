import { type Drawer, drawersOf } from '../../services/desks'
import { refreshUnread } from '../../services/notices'
import { fetchMe } from '../../services/people'
import { wordsFor } from '../../services/problem'
import { screen } from '../../services/screen'
import { me } from '../../services/session'

interface Drawers {
  reload: () => Promise<void>
  more: () => Promise<void>
}

screen({
  data: {
    state: 'loading',
    problem: '',
    drawers: [] as Drawer[],
  },
  onShow() {
    void this.load()
  },
  async load() {
    try {
      const { role } = me() ?? (await fetchMe())
      if (this.data.drawers.length === 0) this.setData({ drawers: drawersOf(role), state: 'ready' })
      void refreshUnread()
      await this.list()?.reload()
    } catch (error) {
      this.setData({ state: 'error', problem: wordsFor(error) })
    }
  },
  list(): Drawers | undefined {
    return (this.selectComponent('#drawers') as unknown as Drawers | null) ?? undefined
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.list()?.more()
  },
})
