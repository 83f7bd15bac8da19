import type { Drawer } from '../../services/desks'
import type { Filter } from '../../services/orders'

interface List {
  reload: () => Promise<void>
  more: () => Promise<void>
}

/** Orders in drawers, one open at a time; a line to search in all that the caller may see. Its page calls `reload` and `more`. */
Component({
  properties: {
    drawers: { type: Array, value: [] as Drawer[] },
  },
  data: {
    open: '',
    filter: null as Filter | null,
    empty: '',
    words: '',
  },
  observers: {
    drawers(drawers: Drawer[]) {
      const first = drawers[0]
      if (first !== undefined && this.data.open === '') this.show(first)
    },
  },
  methods: {
    choose(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { key: string }>) {
      const drawer = this.data.drawers.find((one: Drawer) => one.key === event.currentTarget.dataset.key)
      if (drawer !== undefined) this.show(drawer)
    },
    show(drawer: Drawer) {
      const words = this.data.words.trim()
      this.setData({ open: drawer.key, empty: words === '' ? drawer.empty : `没有找到“${words}”。`, filter: words === '' ? { ...drawer.filter } : { ...drawer.filter, q: words } })
    },
    write(event: WechatMiniprogram.Input) {
      this.setData({ words: event.detail.value })
    },
    search() {
      const drawer = this.data.drawers.find((one: Drawer) => one.key === this.data.open)
      if (drawer !== undefined) this.show(drawer)
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
