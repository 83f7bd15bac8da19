import { OPINION_KIND, OPINION_STATUS } from '../../services/labels'
import { type Opinion, getOpinion, replyToOpinion } from '../../services/matters'
import { definePage } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { me } from '../../services/session'
import { dayAndTime, dueTime } from '../../services/times'
import { sendWritten } from '../../services/writing'

function shown(opinion: Opinion) {
  return {
    kind: OPINION_KIND[opinion.kind],
    status: OPINION_STATUS[opinion.status],
    number: opinion.document_number,
    title: opinion.title,
    to: opinion.to_unit.name,
    paragraphs: opinion.text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((words, key) => ({ key, words })),
    issued: `${opinion.issuer} · ${dayAndTime(opinion.issued_at)}`,
    due: opinion.due_at && opinion.status !== 'accepted' ? `请在 ${dueTime(opinion.due_at)} 前书面答复` : '',
    late: opinion.light === 'red',
    reply: opinion.reply ? { words: opinion.reply.text, by: `${opinion.reply.by} · ${dayAndTime(opinion.reply.at)}` } : null,
    decision: opinion.decision ? { words: opinion.decision.note, by: `${opinion.decision.by} · ${dayAndTime(opinion.decision.at)}` } : null,
  }
}

definePage({
  data: { state: 'loading', problem: '', opinion: null as ReturnType<typeof shown> | null, mayReply: false, busy: false, fault: '' },
  no: '',
  text: '',
  onLoad(query: Record<string, string | undefined>) {
    this.no = query['no'] ?? ''
    void this.load()
  },
  async load() {
    try {
      this.show(await getOpinion(this.no))
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  show(opinion: Opinion) {
    const open = opinion.status === 'issued' || opinion.status === 'returned'
    this.setData({ opinion: shown(opinion), state: 'ready', problem: '', mayReply: open && me()?.role === 'handler', fault: '' })
  },
  write(event: WechatMiniprogram.TextareaInput) {
    this.text = event.detail.value
  },
  async send() {
    await sendWritten(this, {
      missing: '请写下答复',
      done: '已答复',
      send: async (text) => this.show(await replyToOpinion(this.no, text)),
    })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
