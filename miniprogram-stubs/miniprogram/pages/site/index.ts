import { errorMessage } from '../../services/problem'
import { decoded, understand } from '../../services/scan-codes'
import { definePage } from '../../services/page'
import { type Site, getSite } from '../../services/sites'

definePage({
  data: {
    state: 'loading',
    problem: '',
    site: null as Site | null,
  },
  code: '',
  /** From our own scanner (`code`), from a mini-program code (`scene`), or from an ordinary link (`q`). */
  onLoad(query: Record<string, string | undefined>) {
    const scanned = understand(decoded(query['q'] ?? ''))
    this.code = query['code'] ?? (scanned.kind === 'site' ? scanned.code : decoded(query['scene'] ?? ''))
    void this.load()
  },
  async load() {
    this.setData({ state: 'loading' })
    try {
      this.setData({ site: await getSite(this.code), state: 'ready' })
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  report() {
    void wx.navigateTo({ url: `/pages/snap/index?site=${this.code}` })
  },
})
