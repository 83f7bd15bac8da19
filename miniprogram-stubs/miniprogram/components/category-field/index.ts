import { type Category, type CategoryGroup, type Suggestion, categoryTree } from '../../services/categories'
import { errorMessage } from '../../services/problem'

type Tap<T extends WechatMiniprogram.IAnyObject> = WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, T>

/** The category as it will be used, with its source; changeable. Fires `choose` with a category, or null to leave it to the server. */
Component({
  properties: {
    category: { type: Object, value: null as unknown as Category },
    /** Where the category comes from, or why there is none. */
    note: String,
    suggestions: { type: Array, value: [] as Suggestion[] },
  },
  data: {
    open: false,
    groups: [] as CategoryGroup[],
    group: '',
    leaves: [] as Category[],
    problem: '',
  },
  methods: {
    async unfold() {
      this.setData({ open: !this.data.open, problem: '' })
      if (this.data.groups.length > 0) return
      try {
        const groups = await categoryTree()
        this.setData({ groups, group: groups[0]?.code ?? '', leaves: groups[0]?.children ?? [] })
      } catch (error) {
        this.setData({ problem: errorMessage(error) })
      }
    },
    chooseGroup(event: Tap<{ code: string }>) {
      const { code } = event.currentTarget.dataset
      this.setData({ group: code, leaves: this.data.groups.find((group) => group.code === code)?.children ?? [] })
    },
    choose(event: Tap<{ code: string; name: string }>) {
      const { code, name } = event.currentTarget.dataset
      this.setData({ open: false })
      this.triggerEvent('choose', { category: { code, name } })
    },
    clear() {
      this.setData({ open: false })
      this.triggerEvent('choose', { category: null })
    },
  },
})
