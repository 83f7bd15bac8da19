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
    allows: '',
    numbers: [] as number[],
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
      const { origin, created_at, numbers, allows } = await lookAtLogin(this.code)
      const since = dayAndTime(created_at)
      this.setData({ state: 'ready', origin: origin ?? '来源不明的浏览器', since, numbers, allows, name: me()?.name ?? '' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  async approve(event: WechatMiniprogram.TouchEvent) {
    const number = Number(event.currentTarget.dataset['number'])
    this.setData({ busy: true, fault: '' })
    try {
      await approveLogin(this.code, number)
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
