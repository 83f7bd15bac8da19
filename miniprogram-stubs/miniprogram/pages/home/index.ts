import { type OrderTab, tabsForRole } from '../../services/order-tabs'
import { refreshUnread } from '../../services/notices'
import { fetchMe } from '../../services/people'
import { errorMessage } from '../../services/problem'
import { scanAndGo } from '../../services/scanning'
import { definePage } from '../../services/page'
import { me, type Me } from '../../services/session'
import { roleWords } from '../../services/labels'

interface Part {
  reload: () => Promise<void>
  more?: () => Promise<void>
}

definePage({
  data: {
    state: 'loading',
    problem: '',
    name: '',
    role: '',
    delegate: false,
    tabs: [] as OrderTab[],
  },
  onShow() {
    void this.load()
  },
  async load() {
    const known = me()
    if (known !== undefined) this.showPerson(known)
    try {
      if (known === undefined) this.showPerson(await fetchMe())
      void refreshUnread()
      await this.part()?.reload()
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  showPerson(person: Me) {
    const delegate = person.role === 'delegate'
    const tabs = delegate || this.data.tabs.length > 0 ? this.data.tabs : tabsForRole(person.role)
    this.setData({ state: 'ready', name: person.name, role: roleWords(person), delegate, tabs })
  },
  part(): Part | undefined {
    return (this.selectComponent('#part') as unknown as Part | null) ?? undefined
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.part()?.more?.()
  },
  retry() {
    this.setData({ state: 'loading' })
    void this.load()
  },
  scan() {
    void scanAndGo()
  },
})
