import { apiBase, chooseApiBase, isDevelopVersion } from '../../services/config'
import { unbind } from '../../services/people'
import { errorMessage } from '../../services/problem'
import { confirm, definePage, toast } from '../../services/page'
import { changeSettings, pageStyle, settings } from '../../services/settings'

definePage({
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
    this.setData({ largeType: event.detail.value, pageStyle: pageStyle() })
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
      toast(errorMessage(error))
    } finally {
      this.setData({ busy: false })
    }
  },
})
