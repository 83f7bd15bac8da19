import { CAMPAIGN_STAGE, MEASURE_STATUS, OPINION_KIND, OPINION_STATUS } from '../../services/labels'
import { type Matter, getMatter } from '../../services/matters'
import { definePage } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { dayAndTime, dueTime } from '../../services/times'

type Tapped<T extends WechatMiniprogram.IAnyObject> = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, T>

function shown(matter: Matter) {
  return {
    title: matter.title,
    stage: CAMPAIGN_STAGE[matter.stage],
    committee: matter.committee ?? '',
    due: matter.due_at ? `${dueTime(matter.due_at)} 前完成` : '',
    parent: matter.parent_title ? `市级专项：${matter.parent_title}` : '',
    parts: [
      { name: '目的', words: matter.purpose },
      { name: '调研发现', words: matter.findings ?? '' },
      { name: '结果', words: matter.outcome ?? '' },
    ].filter((part) => part.words !== ''),
    orders: (matter.orders ?? []).map(({ number, status, area }) => ({ number, words: [area, status].filter(Boolean).join(' · ') })),
    counties: (matter.counties ?? []).map((county) => ({
      id: county.campaign,
      name: county.name,
      words: `${CAMPAIGN_STAGE[county.stage]} · 工单 ${county.orders} 件，已解决 ${county.solved} 件 · 活动 ${county.activities} 次`,
    })),
    opinions: (matter.opinions ?? []).map((opinion) => ({
      no: opinion.no,
      title: opinion.title,
      words: `${OPINION_KIND[opinion.kind]} · ${opinion.to_unit.name} · ${OPINION_STATUS[opinion.status]}`,
    })),
    measures: (matter.ledger ?? []).map((measure) => ({
      id: measure.id,
      text: measure.text,
      words: `${measure.unit.name} · ${MEASURE_STATUS[measure.status]} · ${dueTime(measure.due_at)} 前`,
    })),
    diary: (matter.diary ?? [])
      .map((entry, at) => ({ key: at, what: entry.title, words: entry.note, when: `${dayAndTime(entry.at)} · ${entry.by ?? '系统'}` }))
      .reverse(),
  }
}

definePage({
  data: { state: 'loading', problem: '', matter: null as ReturnType<typeof shown> | null },
  id: '',
  onLoad(query: Record<string, string | undefined>) {
    this.id = query['id'] ?? ''
    void this.load()
  },
  async load() {
    try {
      this.setData({ matter: shown(await getMatter(this.id)), state: 'ready', problem: '' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  openOrder(event: Tapped<{ number: string }>) {
    void wx.navigateTo({ url: `/pages/order/index?number=${event.currentTarget.dataset.number}` })
  },
  openCounty(event: Tapped<{ id: string }>) {
    void wx.navigateTo({ url: `/pages/matter/index?id=${event.currentTarget.dataset.id}` })
  },
  openOpinion(event: Tapped<{ no: string }>) {
    void wx.navigateTo({ url: `/pages/opinion/index?no=${event.currentTarget.dataset.no}` })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
