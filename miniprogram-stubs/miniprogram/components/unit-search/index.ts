import { errorMessage } from '../../services/problem'
import { type Unit, searchUnits } from '../../services/units'

const PAUSE_MS = 300

/** Finds a unit by part of its name. Fires `choose` with it. */
Component({
  properties: {
    label: { type: String, value: '承办单位' },
  },
  data: {
    words: '',
    units: [] as Unit[],
    chosen: null as Unit | null,
    problem: '',
    none: false,
  },
  methods: {
    write(event: WechatMiniprogram.Input) {
      const words = event.detail.value
      this.setData({ words })
      setTimeout(() => {
        if (words === this.data.words) void this.search()
      }, PAUSE_MS)
    },
    async search() {
      const words = this.data.words.trim()
      if (words === '') {
        this.setData({ units: [], none: false })
        return
      }
      try {
        const units = await searchUnits(words)
        if (words === this.data.words.trim()) this.setData({ units, none: units.length === 0, problem: '' })
      } catch (error) {
        this.setData({ problem: errorMessage(error), units: [] })
      }
    },
    choose(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { at: number }>) {
      const chosen = this.data.units[event.currentTarget.dataset.at] ?? null
      this.setData({ chosen, units: [] })
      this.triggerEvent('choose', { unit: chosen })
    },
    clear() {
      this.setData({ chosen: null, words: '' })
      this.triggerEvent('choose', { unit: null })
    },
  },
})
