import { type Card, cardOf } from '../../services/cards'
import { listOrders } from '../../services/orders'
import { errorMessage } from '../../services/problem'

/** Orders of one filter, page after page. Its page calls `reload` and `more`. */
Component({
  properties: {
    filter: { type: Object, value: {} },
    empty: { type: String, value: '没有符合条件的工单。' },
  },
  data: {
    state: 'loading',
    problem: '',
    cards: [] as Card[],
    next: '',
    loadingMore: false,
    moreProblem: '',
  },
  observers: {
    filter() {
      void this.reload()
    },
  },
  methods: {
    /** Keeps what is shown until the new answer is there. Answers of an older filter are thrown away. */
    async reload() {
      const filter = this.data.filter
      if (this.data.cards.length === 0) this.setData({ state: 'loading' })
      try {
        const { items, next } = await listOrders(filter)
        if (filter !== this.data.filter) return
        this.setData({ cards: items.map(cardOf), next: next ?? '', state: items.length > 0 ? 'ready' : 'empty', moreProblem: '' })
      } catch (error) {
        if (filter === this.data.filter) this.setData({ state: 'error', problem: errorMessage(error), cards: [], next: '' })
      }
    },
    async more() {
      const { filter, next, loadingMore } = this.data
      if (next === '' || loadingMore) return
      this.setData({ loadingMore: true, moreProblem: '' })
      try {
        const page = await listOrders(filter, next)
        if (filter !== this.data.filter) return
        this.setData({ cards: this.data.cards.concat(page.items.map(cardOf)), next: page.next ?? '' })
      } catch (error) {
        this.setData({ moreProblem: errorMessage(error) })
      } finally {
        this.setData({ loadingMore: false })
      }
    },
  },
})
