import { apiBase, chooseApiBase, isDevelopVersion } from '../../services/config'
import { consoleSessions, endSession } from '../../services/console'
import { openSettings } from '../../services/permissions'
import { unbind } from '../../services/people'
import { errorMessage } from '../../services/problem'
import { confirm, definePage, toast } from '../../services/page'
import { me } from '../../services/session'
import { dayAndTime } from '../../services/times'
import { changeSettings, pageStyle, settings } from '../../services/settings'

definePage({
  data: {
    largeType: false,
    compressPhotos: true,
    develop: false,
    signedIn: false,
    address: '',
    sessions: [] as { id: string; client: string; since: string }[],
    busy: false,
  },
  typed: '',
  onShow() {
    this.setData({ ...settings(), develop: isDevelopVersion(), signedIn: me() !== undefined, address: apiBase() })
    if (me() !== undefined) void this.loadSessions()
  },
  async loadSessions() {
    try {
      const sessions = await consoleSessions()
      const shown = sessions.map(({ id, client, created_at }) => ({ id, client: client ?? '浏览器', since: dayAndTime(created_at) }))
      this.setData({ sessions: shown })
    } catch {
      this.setData({ sessions: [] })
    }
  },
  async endSession(event: WechatMiniprogram.TouchEvent) {
    try {
      await endSession(String(event.currentTarget.dataset['id']))
      toast('已退出')
      await this.loadSessions()
    } catch (error) {
      toast(errorMessage(error))
    }
  },
  changeType(event: WechatMiniprogram.SwitchChange) {
    changeSettings({ largeType: event.detail.value })
    this.setData({ largeType: event.detail.value, pageStyle: pageStyle() })
  },
  changeCompression(event: WechatMiniprogram.SwitchChange) {
    changeSettings({ compressPhotos: event.detail.value })
    this.setData({ compressPhotos: event.detail.value })
  },
  permissions() {
    void openSettings()
  },
  review() {
    void wx.navigateTo({ url: '/pages/review/index' })
  },
  privacy() {
    wx.openPrivacyContract({})
  },
  writeAddress(event: WechatMiniprogram.Input) {
    this.typed = event.detail.value
  },
  saveAddress() {
    chooseApiBase(this.typed === '' ? this.data.address : this.typed)
    toast('已保存，重新打开小程序后生效')
  },
  async unbind() {
    if (!(await confirm('解除绑定？', '这个微信不再和您的代表（工作人员）身份相连，下次使用要重新验证手机号。已经提交的工单不受影响。', '解除绑定'))) return
    this.setData({ busy: true })
    try {
      await unbind()
      void wx.reLaunch({ url: '/pages/home/index' })
    } catch (error) {
      toast(errorMessage(error))
    } finally {
      this.setData({ busy: false })
    }
  },
})
