import { flush, recoverOutbox } from './services/outbox'
import { reportError } from './services/error-report'
import { offerUpdate } from './services/update'

App({
  onLaunch() {
    recoverOutbox()
    offerUpdate()
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) void flush()
    })
  },
  onError(message: string) {
    reportError(message)
  },
  onUnhandledRejection({ reason }: WechatMiniprogram.OnUnhandledRejectionListenerResult) {
    reportError(reason)
  },
  onShow() {
    void flush()
  },
})
