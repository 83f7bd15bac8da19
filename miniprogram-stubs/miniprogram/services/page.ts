import { pageStyle } from './settings'

type Data = WechatMiniprogram.Page.DataOption
type Custom = WechatMiniprogram.Page.CustomOption

/** A page of this mini-program: `Page`, whose font size follows the settings. */
export function definePage<D extends Data, C extends Custom>(options: WechatMiniprogram.Page.Options<D, C>): void {
  const { onShow } = options as { onShow?: (this: unknown) => unknown }
  const frame = {
    ...options,
    data: { ...options.data, pageStyle: pageStyle() },
    onShow(this: WechatMiniprogram.Page.Instance<Data, Custom>) {
      if (this.data['pageStyle'] !== pageStyle()) this.setData({ pageStyle: pageStyle() })
      void onShow?.call(this)
    },
  }
  Page(frame as WechatMiniprogram.Page.Options<Data, Custom>)
}

export function toast(words: string): void {
  void wx.showToast({ title: words, icon: 'none', duration: 2500 })
}

/** Goes back, or to the first page where there is nothing to go back to (opened from a message or a code). */
export function leave(): void {
  if (getCurrentPages().length > 1) void wx.navigateBack()
  else void wx.switchTab({ url: '/pages/home/index' })
}

export async function confirm(title: string, content: string, confirmText = '确定'): Promise<boolean> {
  const answer = await wx.showModal({ title, content, confirmText, cancelText: '取消', confirmColor: '#14539a' })
  return answer.confirm
}
