import { approveLogin, lookAtLogin } from '../../services/console'
import { errorMessage } from '../../services/problem'
import { leave, definePage } from '../../services/page'
import { me } from '../../services/session'
import { dayAndTime } from '../../services/times'

definePage({
  data: {
    state: 'loading',
    problem: '',
    origin: '',
    since: '',
    name: '',
    busy: false,
    approved: false,
    fault: '',
  },
  code: '',
  onLoad(query: Record<string, string | undefined>) {
    this.code = query['code'] ?? ''
    void this.load()
  },
  async load() {
    this.setData({ state: 'loading' })
    try {
      const { origin, created_at } = await lookAtLogin(this.code)
      this.setData({ state: 'ready', origin: origin ?? '来源不明的浏览器', since: dayAndTime(created_at), name: me()?.name ?? '' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  async approve() {
    this.setData({ busy: true, fault: '' })
    try {
      await approveLogin(this.code)
      this.setData({ approved: true })
    } catch (error) {
      this.setData({ fault: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  refuse() {
    leave()
  },
})
