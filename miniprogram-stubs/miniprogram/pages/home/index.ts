import { type Drawer, deskOf } from '../../services/desks'
import { refreshUnread } from '../../services/notices'
import { fetchMe } from '../../services/people'
import { wordsFor } from '../../services/problem'
import { scanAndGo } from '../../services/scanning'
import { screen } from '../../services/screen'
import { me, type Me } from '../../services/session'
import { roleWords } from '../../services/words'

interface Part {
  reload: () => Promise<void>
  more?: () => Promise<void>
}

screen({
  data: {
    state: 'loading',
    problem: '',
    name: '',
    role: '',
    delegate: false,
    drawers: [] as Drawer[],
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
      this.setData({ state: 'error', problem: wordsFor(error) })
    }
  },
  showPerson(person: Me) {
    const delegate = person.role === 'delegate'
    const drawers = delegate || this.data.drawers.length > 0 ? this.data.drawers : deskOf(person.role)
    this.setData({ state: 'ready', name: person.name, role: roleWords(person), delegate, drawers })
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
