import { type Draft, type DraftState, allDrafts, removeDraft, watchDrafts } from '../../services/drafts'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { queue } from '../../services/outbox'
import { confirm, definePage } from '../../services/page'
import { ago } from '../../services/times'

interface Row {
  id: string
  description: string
  state: DraftState
  stateWords: string
  colour: string
  when: string
  photos: string
  unanswered: boolean
  problem: string
  number: string
}

type OfRow = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { id: string }>

const STATE: Record<DraftState, { words: string; colour: string }> = {
  draft: { words: '还没有提交', colour: '' },
  queued: { words: '等待发送', colour: 'yellow' },
  sending: { words: '正在发送', colour: 'blue' },
  refused: { words: '没有受理', colour: 'red' },
  sent: { words: '发送成功', colour: 'green' },
}

function rowOf(draft: Draft): Row {
  const sent = draft.photos.filter((photo) => photo.state === 'sent').length
  return {
    id: draft.id,
    description: draft.description || '（还没有写文字）',
    state: draft.state,
    stateWords: STATE[draft.state].words,
    colour: STATE[draft.state].colour,
    when: ago(new Date(draft.createdAt).toISOString()),
    photos: [draft.photos.length === 0 ? '没有照片' : `照片 ${sent}/${draft.photos.length} 已上传`, ...videoWords(draft)].join('，'),
    unanswered: draft.unanswered,
    problem: draft.problem,
    number: draft.number,
  }
}

function videoWords({ video }: Draft): string[] {
  if (video === null) return []
  return [video.state === 'sent' ? '视频已上传' : '视频还没有上传']
}

definePage({
  data: { rows: [] as Row[] },
  stopWatching: undefined as (() => void) | undefined,
  onShow() {
    void listSubscriptions().catch(() => undefined)
    this.refresh()
    this.stopWatching?.()
    this.stopWatching = watchDrafts(() => this.refresh())
  },
  onHide() {
    this.stopWatching?.()
  },
  onUnload() {
    this.stopWatching?.()
  },
  refresh() {
    this.setData({ rows: allDrafts().map(rowOf) })
  },
  async edit(event: OfRow) {
    const row = this.data.rows.find((one) => one.id === event.currentTarget.dataset.id)
    const sure =
      row?.unanswered !== true ||
      (await confirm('这一件可能已经送达', '上次发出后没有收到回音。请先在“工单”里看看有没有它；修改后再发，如果已经送达会提示您。', '仍要修改'))
    if (sure) void wx.navigateTo({ url: `/pages/snap/index?draft=${event.currentTarget.dataset.id}` })
  },
  send(event: OfRow) {
    void askToSubscribe('delegate').then(() => queue(event.currentTarget.dataset.id))
  },
  async remove(event: OfRow) {
    if (await confirm('删除？', '文字和照片都会从这部手机上删去。', '删除')) removeDraft(event.currentTarget.dataset.id)
  },
  open(event: OfRow) {
    const row = this.data.rows.find((one) => one.id === event.currentTarget.dataset.id)
    if (row !== undefined && row.number !== '') void wx.navigateTo({ url: `/pages/order/index?number=${row.number}` })
  },
})
