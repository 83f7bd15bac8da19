import { MEASURE_STATUS } from '../../services/labels'
import { type Measure, listMeasures, reportMeasure } from '../../services/matters'
import { definePage, toast } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { me } from '../../services/session'
import { dueTime } from '../../services/times'
import { sendWritten } from '../../services/writing'

type OfRow = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { id: string }>

interface Row {
  id: string
  name: string
  status: string
  colour: string
  text: string
  due: string
  unit: string
  done: string
  note: string
  open: boolean
}

function toRow(measure: Measure): Row {
  return {
    id: measure.id,
    name: `第 ${measure.seq} 项`,
    status: MEASURE_STATUS[measure.status],
    colour: measure.status === 'verified' ? 'green' : measure.light === 'red' ? 'red' : '',
    text: measure.text,
    due: measure.status === 'open' ? `${dueTime(measure.due_at)} 前完成` : '',
    unit: measure.unit.name,
    done: measure.done?.text ?? '',
    note: measure.verify_note ?? '',
    open: measure.status === 'open',
  }
}

definePage({
  data: { state: 'loading', problem: '', rows: [] as Row[], next: '', mayReport: false, reporting: '', busy: false, fault: '' },
  id: '',
  text: '',
  onLoad(query: Record<string, string | undefined>) {
    this.id = query['id'] ?? ''
    void this.load()
  },
  async load() {
    try {
      const { items, next } = await listMeasures()
      // The one that the notice speaks of stands first.
      const named = items.filter((one) => one.id === this.id)
      const rows = [...named, ...items.filter((one) => one.id !== this.id)].map(toRow)
      this.setData({ rows, next: next ?? '', state: rows.length > 0 ? 'ready' : 'empty', mayReport: me()?.role === 'handler', reporting: '', fault: '' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  async more() {
    if (this.data.next === '') return
    try {
      const page = await listMeasures(this.data.next)
      this.setData({ rows: this.data.rows.concat(page.items.filter((one) => one.id !== this.id).map(toRow)), next: page.next ?? '' })
    } catch (error) {
      toast(errorMessage(error))
    }
  },
  begin(event: OfRow) {
    this.text = ''
    this.setData({ reporting: event.currentTarget.dataset.id, fault: '' })
  },
  write(event: WechatMiniprogram.TextareaInput) {
    this.text = event.detail.value
  },
  async send() {
    await sendWritten(this, {
      missing: '请写明完成情况',
      done: '已报告',
      send: async (text) => {
        await reportMeasure(this.data.reporting, text)
        await this.load()
      },
    })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  onReachBottom() {
    void this.more()
  },
})
