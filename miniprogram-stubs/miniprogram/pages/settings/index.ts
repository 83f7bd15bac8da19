import { apiBase, chooseApiBase, isDevelopVersion } from '../../services/config'
import { unbind } from '../../services/people'
import { wordsFor } from '../../services/problem'
import { confirm, screen, toast } from '../../services/screen'
import { changeSettings, look, settings } from '../../services/settings'

screen({
  data: {
    largeType: false,
    compressPhotos: true,
    develop: false,
    address: '',
    busy: false,
  },
  onShow() {
    this.setData({ ...settings(), develop: isDevelopVersion(), address: apiBase() })
  },
  changeType(event: WechatMiniprogram.SwitchChange) {
    changeSettings({ largeType: event.detail.value })
    this.setData({ largeType: event.detail.value, look: look() })
  },
  changeCompression(event: WechatMiniprogram.SwitchChange) {
    changeSettings({ compressPhotos: event.detail.value })
    this.setData({ compressPhotos: event.detail.value })
  },
  permissions() {
    void wx.openSetting()
  },
  privacy() {
    wx.openPrivacyContract({})
  },
  writeAddress(event: WechatMiniprogram.Input) {
    this.setData({ address: event.detail.value })
  },
  saveAddress() {
    chooseApiBase(this.data.address)
    toast('已保存，重新打开小程序后生效')
  },
  async unbind() {
    if (!(await confirm('解除绑定？', '这个微信不再和您的代表（工作人员）身份相连，下次使用要重新验证手机号。已经提交的工单不受影响。', '解除绑定'))) return
    this.setData({ busy: true })
    try {
      await unbind()
      void wx.reLaunch({ url: '/pages/sign-in/index' })
    } catch (error) {
      toast(wordsFor(error))
    } finally {
      this.setData({ busy: false })
    }
  },
})
