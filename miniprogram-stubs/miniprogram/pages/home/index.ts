import { signInUrl } from '../../services/api'
import { refreshUnread } from '../../services/notices'
import { type OrderTab, tabsForRole } from '../../services/order-tabs'
import { definePage } from '../../services/page'
import { fetchMe, roleWords } from '../../services/people'
import { errorCode, errorMessage } from '../../services/problem'
import { scanAndGo } from '../../services/scanning'
import { NOT_BOUND, me, type Me } from '../../services/session'

interface Part {
  reload: () => Promise<void>
  more?: () => Promise<void>
}

definePage({
  data: {
    /** `loading` | `visitor` | `ready` */
    state: 'loading',
    /** Why a person who may be known could not be signed in. */
    problem: '',
    name: '',
    role: '',
    delegate: false,
    tabs: [] as OrderTab[],
  },
  onShow() {
    const known = me()
    // Whoever does not want to sign in is not asked again each time the page is shown.
    if (known === undefined && this.data.state === 'visitor') return
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
      if (me() !== undefined) return
      this.setData({ state: 'visitor', problem: errorCode(error) === NOT_BOUND ? '' : errorMessage(error) })
    }
  },
  showPerson(person: Me) {
    const delegate = person.role === 'delegate'
    const tabs = delegate || this.data.tabs.length > 0 ? this.data.tabs : tabsForRole(person.role)
    this.setData({ state: 'ready', problem: '', name: person.name, role: roleWords(person), delegate, tabs })
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
  signIn() {
    void wx.navigateTo({ url: signInUrl('/pages/home/index') })
  },
})
