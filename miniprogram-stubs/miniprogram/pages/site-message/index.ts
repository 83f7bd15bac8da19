import type { Category } from '../../services/categories'
import { dial } from '../../services/hotline'
import { PERSON_LEVEL, SITE_MESSAGE_STATUS } from '../../services/labels'
import { askToSubscribe, listSubscriptions } from '../../services/notices'
import { definePage, toast } from '../../services/page'
import { errorMessage } from '../../services/problem'
import { type Colleague, type SiteMessage, adoptMessage, answerMessage, getSiteMessage, handMessageOver, listColleagues } from '../../services/site-messages'
import type { ShownPhoto } from '../../services/timeline'
import { dayAndTime } from '../../services/times'

const MIN_CHARS = 2
const PHONE = /^\+?[\d -]{7,20}$/

definePage({
  data: {
    state: 'loading',
    problem: '',
    site: '',
    text: '',
    contact: '',
    callable: false,
    when: '',
    status: '',
    waiting: false,
    answered: '',
    photos: [] as ShownPhoto[],
    handedOver: '',
    /** `''` | `adopt` | `answer` | `hand-over`: which form is open. */
    form: '',
    category: null as Category | null,
    confidential: false,
    colleagues: [] as { id: string; words: string }[],
    colleague: -1,
    busy: false,
    fault: '',
  },
  id: '',
  answer: '',
  note: '',
  onLoad(query: Record<string, string | undefined>) {
    this.id = query['id'] ?? ''
    void listSubscriptions().catch(() => undefined)
    void this.load()
  },
  async load() {
    this.setData({ state: 'loading' })
    try {
      this.show(await getSiteMessage(this.id))
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  show(message: SiteMessage) {
    const contact = message.contact ?? ''
    this.setData({
      state: 'ready',
      site: message.site.name,
      text: message.text,
      contact,
      callable: PHONE.test(contact),
      when: dayAndTime(message.created_at),
      status: SITE_MESSAGE_STATUS[message.status],
      waiting: message.status === 'received',
      answered: message.answer ?? '',
      handedOver: message.hand_over ? `${message.hand_over.from}代表转交给${message.hand_over.to}代表：${message.hand_over.note}` : '',
      photos: message.photos.map(({ id, urls }) => ({ key: id, thumb: urls.thumb, large: urls.large, caption: '' })),
      form: '',
      fault: '',
    })
  },
  call() {
    dial(this.data.contact)
  },
  openAdopt() {
    this.setData({ form: 'adopt', fault: '' })
  },
  openAnswer() {
    this.setData({ form: 'answer', fault: '' })
  },
  openHandOver() {
    this.setData({ form: 'hand-over', fault: '' })
    listColleagues(this.id).then(
      (all) => this.showColleagues(all),
      (error: unknown) => this.setData({ fault: errorMessage(error) }),
    )
  },
  showColleagues(all: Colleague[]) {
    const colleagues = all.map(({ id, name, level }) => ({ id, words: level ? `${name} · ${PERSON_LEVEL[level]}` : name }))
    this.setData({ colleagues, colleague: -1, fault: colleagues.length === 0 ? '本县（区）没有其他代表，可以采纳或答复。' : '' })
  },
  chooseColleague(event: WechatMiniprogram.PickerChange) {
    this.setData({ colleague: Number(event.detail.value) })
  },
  writeNote(event: WechatMiniprogram.Input) {
    this.note = event.detail.value
  },
  close() {
    this.setData({ form: '', fault: '' })
  },
  chooseCategory(event: WechatMiniprogram.CustomEvent<{ category: Category | null }>) {
    this.setData({ category: event.detail.category })
  },
  changeConfidential(event: WechatMiniprogram.SwitchChange) {
    this.setData({ confidential: event.detail.value })
  },
  writeAnswer(event: WechatMiniprogram.TextareaInput) {
    this.answer = event.detail.value
  },
  adopt() {
    const { category, confidential } = this.data
    // WeChat shows the question only right after the tap.
    const asking = askToSubscribe('delegate')
    void this.run(async () => {
      await asking
      const order = await adoptMessage(this.id, { confidential, ...(category === null ? {} : { category: category.code }) })
      void wx.redirectTo({ url: `/pages/order/index?number=${order.number}&fresh=1` })
    })
  },
  send() {
    const text = this.answer.trim()
    if (text.length < MIN_CHARS) {
      this.setData({ fault: '请写下答复' })
      return
    }
    void this.run(async () => {
      this.show(await answerMessage(this.id, text))
      toast('已答复')
    })
  },
  handOver() {
    const to = this.data.colleagues[this.data.colleague]
    const note = this.note.trim()
    if (to === undefined || note.length < MIN_CHARS) {
      this.setData({ fault: to === undefined ? '请选择一位代表' : '请写一句说明' })
      return
    }
    void this.run(async () => {
      this.show(await handMessageOver(this.id, to.id, note))
      toast('已转交，对方会收到通知')
    })
  },
  async run(action: () => Promise<void>) {
    if (this.data.busy) return
    this.setData({ busy: true, fault: '' })
    try {
      await action()
    } catch (error) {
      this.setData({ fault: errorMessage(error) })
    } finally {
      this.setData({ busy: false })
    }
  },
})
