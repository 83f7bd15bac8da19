import { type WatchList, getWatchList } from '../../services/matters'
import { definePage } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { day, dueTime } from '../../services/times'

function shown(list: WatchList) {
  return {
    title: list.title,
    committee: list.committee ?? '',
    entries: list.entries
      .filter((entry) => !entry.removed_at)
      .map((entry) => {
        const last = entry.inspections[0]
        return {
          id: entry.id,
          subject: entry.subject,
          unit: entry.owner_unit?.name ?? '',
          reason: entry.reason,
          due: entry.next_inspection_at ? `${dueTime(entry.next_inspection_at)} 前复查` : '',
          colour: entry.light,
          last: last ? `${day(last.at)} ${last.by}：${last.passed ? '合格' : '不合格'}。${last.note}` : '',
        }
      }),
  }
}

definePage({
  data: { state: 'loading', problem: '', list: null as ReturnType<typeof shown> | null },
  id: '',
  onLoad(query: Record<string, string | undefined>) {
    this.id = query['id'] ?? ''
    void this.load()
  },
  async load() {
    try {
      this.setData({ list: shown(await getWatchList(this.id)), state: 'ready', problem: '' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
