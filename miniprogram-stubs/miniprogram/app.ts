import { flush, recoverOutbox } from './services/outbox'

App({
  onLaunch() {
    recoverOutbox()
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) void flush()
    })
  },
  onShow() {
    void flush()
  },
})
