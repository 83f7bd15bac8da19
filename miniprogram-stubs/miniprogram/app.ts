import { flush, recoverOutbox } from './services/outbox'
import { offerUpdate } from './services/update'

App({
  onLaunch() {
    recoverOutbox()
    offerUpdate()
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) void flush()
    })
  },
  onShow() {
    void flush()
  },
})
