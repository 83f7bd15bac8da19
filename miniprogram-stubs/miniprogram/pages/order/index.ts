import { type Action, actionsOf } from '../../services/actions'
import { type Tag, dueWords, lightTag, statusTag, tagsOf, whereWords } from '../../services/cards'
import { type Clock, clocksOf } from '../../services/clocks'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { type EarlierOrder, type Order, type Verdict, accept, endorse, getOrder, getPlaceHistory, getTimeline, giveVerdict } from '../../services/orders'
import { errorMessage } from '../../services/problem'
import { confirm, definePage, toast } from '../../services/page'
import { me } from '../../services/session'
import { type TimelineEntry, type ShownPhoto, sidesOf, toTimeline } from '../../services/timeline'
import { day, dayAndTime } from '../../services/times'
import { onWeChatMap } from '../../services/datum'
import type { Emergency } from '../../services/categories'
import { dial } from '../../services/hotline'
import { CATEGORY_SOURCE, CHANNEL, PERSON_LEVEL, SATISFACTION, SOLVED, STATUS } from '../../services/labels'
import { destination, sentTo } from '../../services/units'
import { type ShownVideo, videoOf } from '../../services/videos'

const ON_THE_FOOT = 2
const MAP_SCALE = 17

const MARKER = { id: 1, width: 24, height: 32 }

/** What the map shows of the place. */
function spotOf(order: Order) {
  if (order.location == null) return { mapped: false }
  const spot = onWeChatMap(order.location)
  return { mapped: true, spot, markers: [{ ...MARKER, ...spot }] }
}

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
    spot: { latitude: 0, longitude: 0 },
    markers: [] as { id: number; latitude: number; longitude: number; width: number; height: number }[],
    emergency: null as Emergency | null,
    supports: '',
    why: '',
    category: '',
    reporter: '',
    origin: '',
    /** Photos of the problem, and of what became of it. */
    before: [] as ShownPhoto[],
    after: [] as ShownPhoto[],
    round: 1,
    video: null as ShownVideo | null,
    answers: [] as Answer[],
    verdicts: [] as { key: string; words: string; comment: string }[],
    clocks: [] as Clock[],
    entries: [] as TimelineEntry[],
    /** Earlier orders at this place. */
    earlier: [] as { number: string; words: string; when: string }[],
    staff: false,
    actions: [] as Action[],
    more: [] as Action[],
    mayJudge: false,
    limits: null as Order['limits'] | null,
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
      this.setData({ state: 'ready', problem: '', entries: toTimeline(timeline, order), staff: me()?.role !== 'delegate' })
      await this.loadEarlier()
    } catch (error) {
      // What is already on the screen is worth more than an empty page.
      if (this.order === undefined) this.setData({ state: 'error', problem: errorMessage(error) })
      else toast(errorMessage(error))
    }
  },
  /** A failure shows nothing: the order itself matters more. */
  async loadEarlier() {
    const earlier = this.order?.location == null ? [] : await getPlaceHistory(this.data.number).catch((): EarlierOrder[] => [])
    this.setData({
      earlier: earlier.map(({ number, category, status, created_at }) => ({
        number,
        words: [category, STATUS[status]].filter(Boolean).join(' · '),
        when: day(created_at),
      })),
    })
  },
  openEarlier(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { number: string }>) {
    void wx.navigateTo({ url: `/pages/order/index?number=${event.currentTarget.dataset.number}` })
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
      ...spotOf(order),
      emergency: (order as { emergency?: Emergency | null }).emergency ?? null,
      supports: order.support_units.map((unit) => unit.name).join('、'),
      why: order.dispatch.reason,
      category: order.category.name ? `${order.category.name}（${CATEGORY_SOURCE[order.category.source]}）` : CATEGORY_SOURCE[order.category.source],
      reporter: order.reporter ? `${order.reporter.name}${order.reporter.level ? ` · ${PERSON_LEVEL[order.reporter.level]}` : ''}` : '',
      origin: `${CHANNEL[order.channel]} · ${dayAndTime(order.created_at)}`,
      ...sidesOf(order),
      round: order.round,
      video: videoOf(order),
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
          words: `第 ${verdict.round} 次办理：${SATISFACTION[verdict.result]} · ${SOLVED[verdict.solved]}`,
          comment: verdict.comment ?? '',
        }))
        .reverse(),
      clocks: clocksOf(order),
      actions: actions.length > ON_THE_FOOT + 1 ? actions.slice(0, ON_THE_FOOT) : actions,
      more: actions.length > ON_THE_FOOT + 1 ? actions.slice(ON_THE_FOOT) : [],
      mayJudge: order.actions.includes('verdict'),
      limits: order.limits,
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
    if (name === 'accept') await this.at('签收这件工单？', '签收后开始办理，办结期限照常计算。', '签收', accept)
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
  /** A card for people who may see the order; the server shows it to nobody else, and the card says nothing of its content. */
  onShareAppMessage(): { title: string; path: string } {
    return { title: `工单 ${this.data.number}`, path: `/pages/order/index?number=${this.data.number}` }
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
