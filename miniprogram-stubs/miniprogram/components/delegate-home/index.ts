import { type Draft, allDrafts, watchDrafts } from '../../services/drafts'
import type { Filter } from '../../services/orders'
import { errorMessage } from '../../services/problem'
import { type Card, cardOf } from '../../services/cards'
import { firstOrders } from '../../services/orders'
import { dialHotline } from '../../services/hotline'
import { scanAndGo } from '../../services/scanning'
import { listSiteMessages } from '../../services/site-messages'

const SHOWN = 3
const OPEN: Filter = { scope: 'mine', status: 'submitted,triage,dispatched,in_progress', sort: 'newest' }
const TO_JUDGE: Filter = { scope: 'mine', status: 'replied', sort: 'newest' }

/** What a delegate opens the mini-program for: report, scan, judge, see how it goes. */
Component({
  data: {
    state: 'loading',
    problem: '',
    toJudge: [] as Card[],
    open: [] as Card[],
    waiting: 0,
    drafts: 0,
    refused: 0,
    /** Residents' messages that wait for this delegate; `20+` for more than a page. */
    messages: '',
  },
  lifetimes: {
    attached() {
      this.showDrafts()
      ;(this as unknown as { stop: () => void }).stop = watchDrafts(() => this.showDrafts())
    },
    detached() {
      ;(this as unknown as { stop: () => void }).stop()
    },
  },
  methods: {
    async reload() {
      try {
        void this.countMessages()
        const [toJudge, open] = await Promise.all([firstOrders(TO_JUDGE, SHOWN), firstOrders(OPEN, SHOWN)])
        this.setData({ state: 'ready', problem: '', toJudge: toJudge.items.map(cardOf), open: open.items.map(cardOf) })
      } catch (error) {
        this.setData({ state: 'error', problem: errorMessage(error) })
      }
    },
    /** A failure shows nothing: the messages are on their own page too. */
    async countMessages() {
      const page = await listSiteMessages('received').catch(() => undefined)
      if (page !== undefined) this.setData({ messages: page.items.length === 0 ? '' : `${page.items.length}${page.next === undefined ? '' : '+'}` })
    },
    showDrafts() {
      const count = (wanted: (draft: Draft) => boolean) => allDrafts().filter(wanted).length
      this.setData({
        waiting: count((draft) => draft.state === 'queued' || draft.state === 'sending'),
        drafts: count((draft) => draft.state === 'draft'),
        refused: count((draft) => draft.state === 'refused'),
      })
    },
    snap() {
      void wx.navigateTo({ url: '/pages/snap/index' })
    },
    scan() {
      void scanAndGo()
    },
    openMessages() {
      void wx.navigateTo({ url: '/pages/site-messages/index' })
    },
    call() {
      dialHotline()
    },
    openDrafts() {
      void wx.navigateTo({ url: '/pages/drafts/index' })
    },
    allOrders() {
      void wx.switchTab({ url: '/pages/orders/index' })
    },
  },
})
