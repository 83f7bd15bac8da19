import { Problem, errorMessage } from '../../services/problem'
import { definePage } from '../../services/page'
import { NOT_BOUND, bindByPhone, signIn } from '../../services/session'

definePage({
  data: {
    step: 'asking',
    problem: '',
    busy: false,
  },
  onLoad() {
    void this.start()
  },
  async start() {
    this.setData({ step: 'asking', problem: '' })
    try {
      await signIn()
      this.enter()
    } catch (error) {
      if (error instanceof Problem && error.code === NOT_BOUND) this.setData({ step: 'bind' })
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
      if (error instanceof Problem && error.code === 'not_on_roster') this.setData({ step: 'stranger' })
      else this.setData({ problem: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
  enter() {
    void wx.switchTab({ url: '/pages/home/index' })
  },
  readPrivacy() {
    wx.openPrivacyContract({})
  },
})
