import { type Subscription, askToSubscribe, listSubscriptions, templatesFor } from '../../services/notices'
import { errorMessage } from '../../services/problem'
import { definePage, toast } from '../../services/page'
import { me } from '../../services/session'

interface Row {
  key: string
  title: string
  left: string
  refused: boolean
}

function leftWords(template: Subscription): string {
  if (template.refused) return '您选择了不接收'
  if (template.long_term) return '一直接收'
  return template.remaining ? `还可以收到 ${template.remaining} 条` : '还没有允许，或已经用完'
}

definePage({
  data: {
    state: 'loading',
    problem: '',
    rows: [] as Row[],
  },
  onShow() {
    void this.load()
  },
  async load() {
    try {
      this.show(await listSubscriptions())
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  show(all: Subscription[]) {
    const rows = templatesFor(me()?.role ?? 'delegate', all).map((template) => ({
      key: template.template_key,
      title: template.title,
      left: leftWords(template),
      refused: template.refused,
    }))
    this.setData({ rows, state: rows.length > 0 ? 'ready' : 'empty' })
  },
  /** One tap, one question of WeChat's, up to five templates. */
  allowAll() {
    this.ask(undefined)
  },
  allow(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>) {
    this.ask([event.currentTarget.dataset.key])
  },
  ask(only: string[] | undefined) {
    void askToSubscribe(me()?.role ?? 'delegate', only).then((all) => {
      if (all === undefined) toast('没有改变。如果一直不弹出询问，请在右上角“…”的设置里打开订阅消息')
      else this.show(all)
    })
  },
})
