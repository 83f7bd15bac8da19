import { type Action, actionsOf } from '../../services/actions'
import { type Tag, dueWords, lightTag, statusTag, tagsOf, whereWords } from '../../services/cards'
import { type Clock, clocksOf } from '../../services/clocks'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { type Order, type Verdict, accept, endorse, getOrder, getTimeline, giveVerdict } from '../../services/orders'
import { errorMessage } from '../../services/problem'
import { confirm, definePage, toast } from '../../services/page'
import { me } from '../../services/session'
import { type TimelineEntry, type ShownPhoto, photosOf, toTimeline } from '../../services/timeline'
import { dayAndTime } from '../../services/times'
import { onWeChatMap } from '../../services/datum'
import type { Emergency } from '../../services/categories'
import { dial } from '../../services/hotline'
import { CATEGORY_SOURCE, CHANNEL, LEVEL, SATISFACTION, SOLVED, destination, sentTo } from '../../services/labels'

const ON_THE_FOOT = 2
const MAP_SCALE = 17

interface Answer {
  key: string
  words: string
  account: string
  by: string
}

definePage({
  data: {
    number: '',
    state: 'loading',
    problem: '',
    fresh: false,
    status: null as Tag | null,
    light: null as Tag | null,
    tags: [] as Tag[],
    description: '',
    due: '',
    where: '',
    unit: '',
    sentTo: '',
    mapped: false,
    emergency: null as Emergency | null,
    supports: '',
    why: '',
    category: '',
    reporter: '',
    origin: '',
    photos: [] as ShownPhoto[],
    answers: [] as Answer[],
    verdicts: [] as { key: string; words: string; comment: string }[],
    clocks: [] as Clock[],
    entries: [] as TimelineEntry[],
    actions: [] as Action[],
    more: [] as Action[],
    mayJudge: false,
    busy: false,
  },
  order: undefined as Order | undefined,

  onLoad(query: Record<string, string | undefined>) {
    this.setData({ number: query['number'] ?? '', fresh: query['fresh'] === '1' })
    void listSubscriptions().catch(() => undefined)
  },
  onShow() {
    void this.load()
  },
  async load() {
    try {
      const [order, timeline] = await Promise.all([getOrder(this.data.number), getTimeline(this.data.number)])
      this.show(order)
      this.setData({ state: 'ready', problem: '', entries: toTimeline(timeline, order) })
    } catch (error) {
      // What is already on the screen is worth more than an empty page.
      if (this.order === undefined) this.setData({ state: 'error', problem: errorMessage(error) })
      else toast(errorMessage(error))
    }
  },
  show(order: Order) {
    this.order = order
    const actions = actionsOf(order)
    const untouched = order.round === 1 && ['triage', 'dispatched'].includes(order.status)
    this.setData({
      fresh: this.data.fresh && untouched,
      status: statusTag(order),
      light: lightTag(order),
      tags: tagsOf(order),
      description: order.description,
      due: dueWords(order),
      where: whereWords(order),
      unit: destination(order.unit?.name),
      sentTo: sentTo(order.unit?.name),
      mapped: order.location != null,
      emergency: (order as { emergency?: Emergency | null }).emergency ?? null,
      supports: order.support_units.map((unit) => unit.name).join('、'),
      why: order.dispatch.reason,
      category: order.category.name ? `${order.category.name}（${CATEGORY_SOURCE[order.category.source]}）` : CATEGORY_SOURCE[order.category.source],
      reporter: order.reporter ? `${order.reporter.name}${order.reporter.level ? ` · ${LEVEL[order.reporter.level]}` : ''}` : '',
      origin: `${CHANNEL[order.channel]} · ${dayAndTime(order.created_at)}`,
      photos: photosOf(order),
      answers: order.replies
        .map((reply) => ({
          key: reply.id,
          words: reply.public_reply,
          account: reply.account ?? '',
          by: `${reply.unit?.name ?? ''} · ${dayAndTime(reply.created_at)}${reply.supplementary ? ' · 补充答复' : ''}`,
        }))
        .reverse(),
      verdicts: order.verdicts
        .map((verdict) => ({
          key: verdict.id,
          words: `第${verdict.round}次办理：${SATISFACTION[verdict.result]} · ${SOLVED[verdict.solved]}`,
          comment: verdict.comment ?? '',
        }))
        .reverse(),
      clocks: clocksOf(order),
      actions: actions.length > ON_THE_FOOT + 1 ? actions.slice(0, ON_THE_FOOT) : actions,
      more: actions.length > ON_THE_FOOT + 1 ? actions.slice(ON_THE_FOOT) : [],
      mayJudge: order.actions.includes('verdict'),
    })
  },

  async judge(event: WechatMiniprogram.CustomEvent<Verdict>) {
    const body = event.detail
    // Right after the tap, or WeChat does not ask. After 满意 nothing follows that would be worth a permission.
    const asking = body.result === 'satisfied' ? undefined : askToSubscribe(me()?.role ?? 'delegate')
    this.setData({ busy: true })
    try {
      await asking
      this.show(await giveVerdict(this.data.number, body))
      toast('谢谢您的评价')
      await this.load()
    } catch (error) {
      toast(errorMessage(error))
      await this.load()
    } finally {
      this.setData({ busy: false })
    }
  },

  act(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { name: string }>) {
    void this.go(event.currentTarget.dataset.name)
  },
  async actMore() {
    const { more } = this.data
    const chosen = await wx.showActionSheet({ itemList: more.map((action) => action.words) }).catch(() => undefined)
    const action = chosen === undefined ? undefined : more[chosen.tapIndex]
    if (action !== undefined) await this.go(action.name)
  },
  async go(name: string) {
    if (name === 'accept') await this.at('签收这件工单？', '签收后开始办理，办结时限照常计算。', '签收', accept)
    else if (name === 'endorse') await this.at('附议这件事？', '附议后您会收到办理进展。', '附议', endorse)
    else void wx.navigateTo({ url: `/pages/move/index?number=${this.data.number}&move=${name}` })
  },
  async at(title: string, content: string, words: string, run: (number: string) => Promise<Order>) {
    // Called in the tap, and answered before the next dialog opens.
    await askToSubscribe(me()?.role ?? 'delegate')
    if (!(await confirm(title, content, words))) return
    this.setData({ busy: true })
    try {
      this.show(await run(this.data.number))
      toast(`已${words}`)
    } catch (error) {
      toast(errorMessage(error))
    } finally {
      this.setData({ busy: false })
    }
    await this.load()
  },
  /** The place on WeChat's map, which leads on to the person's own navigation. */
  navigate() {
    const location = this.order?.location
    if (location == null) return
    void wx.openLocation({ ...onWeChatMap(location), name: this.data.where, scale: MAP_SCALE }).catch(() => undefined)
  },
  callForHelp() {
    if (this.data.emergency !== null) dial(this.data.emergency.call)
  },
  copyNumber() {
    void wx.setClipboardData({ data: this.data.number })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
