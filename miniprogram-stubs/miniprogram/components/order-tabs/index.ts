import type { OrderTab } from '../../services/order-tabs'
import type { Filter } from '../../services/orders'

interface List {
  reload: () => Promise<void>
  more: () => Promise<void>
}

/** Orders in tabs, one open at a time; a line to search in all that the caller may see. Its page calls `reload` and `more`. */
Component({
  properties: {
    tabs: { type: Array, value: [] as OrderTab[] },
  },
  data: {
    open: '',
    filter: null as Filter | null,
    empty: '',
    words: '',
  },
  observers: {
    tabs(tabs: OrderTab[]) {
      const first = tabs[0]
      if (first !== undefined && this.data.open === '') this.show(first)
    },
  },
  methods: {
    choose(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>) {
      const tab = this.data.tabs.find((one: OrderTab) => one.key === event.currentTarget.dataset.key)
      if (tab !== undefined) this.show(tab)
    },
    show(tab: OrderTab) {
      const words = this.data.words.trim()
      this.setData({
        open: tab.key,
        empty: words === '' ? tab.empty : `没有找到“${words}”。`,
        filter: words === '' ? { ...tab.filter } : { ...tab.filter, q: words },
      })
    },
    write(event: WechatMiniprogram.Input) {
      this.setData({ words: event.detail.value })
    },
    search() {
      const tab = this.data.tabs.find((one: OrderTab) => one.key === this.data.open)
      if (tab !== undefined) this.show(tab)
    },
    async reload() {
      await this.list()?.reload()
    },
    async more() {
      await this.list()?.more()
    },
    list(): List | undefined {
      return (this.selectComponent('#list') as unknown as List | null) ?? undefined
    },
  },
})
