/** Once WeChat has fetched a new version, offers to restart with it; drafts are kept on the phone. */
export function offerUpdate(): void {
  const manager = wx.getUpdateManager()
  manager.onUpdateReady(() => {
    void wx
      .showModal({ title: '有新版本', content: '新版本已经准备好，重新打开后生效。没写完的内容不会丢失。', confirmText: '重新打开', cancelText: '稍后' })
      .then(({ confirm }) => {
        if (confirm) manager.applyUpdate()
      })
  })
}
