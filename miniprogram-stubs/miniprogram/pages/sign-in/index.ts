import { definePage } from '../../services/page'
import { errorCode, errorMessage } from '../../services/problem'
import { NOT_BOUND, bindByPhone, signIn } from '../../services/session'

const HOME = '/pages/home/index'
const TABS = [HOME, '/pages/orders/index', '/pages/inbox/index', '/pages/me/index']

definePage({
  data: {
    step: 'asking',
    problem: '',
    busy: false,
  },
  /** Where the person came from. */
  back: HOME,
  onLoad(query: Record<string, string | undefined>) {
    this.back = decodeURIComponent(query['back'] ?? HOME)
    void this.start()
  },
  async start() {
    this.setData({ step: 'asking', problem: '' })
    try {
      await signIn()
      this.enter()
    } catch (error) {
      if (errorCode(error) === NOT_BOUND) this.setData({ step: 'bind' })
      else this.setData({ step: 'error', problem: errorMessage(error) })
    }
  },
  async givePhone(event: WechatMiniprogram.ButtonGetPhoneNumber) {
    const { code } = event.detail
    if (!code) {
      this.setData({ problem: '没有取得手机号。登录要用它核对名册，请点按钮后选择“允许”。' })
      return
    }
    this.setData({ busy: true, problem: '' })
    try {
      await bindByPhone(code)
      this.enter()
    } catch (error) {
      if (errorCode(error) === 'not_on_roster') this.setData({ step: 'stranger' })
      else this.setData({ problem: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  enter() {
    const [path = HOME] = this.back.split('?')
    if (TABS.includes(path)) void wx.switchTab({ url: path })
    else void wx.redirectTo({ url: this.back })
  },
  notNow() {
    void wx.switchTab({ url: HOME })
  },
  readPrivacy() {
    wx.openPrivacyContract({})
  },
})
