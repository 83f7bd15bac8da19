import { dialHotline } from '../../services/hotline'
import { scanAndGo } from '../../services/scanning'

/** The first page for somebody who is not signed in. Fires `sign-in` and `retry`. */
Component({
  properties: {
    /** Why the person could not be recognised; empty for somebody who is simply not bound. */
    problem: String,
  },
  methods: {
    scan() {
      void scanAndGo()
    },
    receipts() {
      void wx.navigateTo({ url: '/pages/receipt/index' })
    },
    example() {
      void wx.navigateTo({ url: '/pages/example/index' })
    },
    signIn() {
      this.triggerEvent('sign-in')
    },
    retry() {
      this.triggerEvent('retry')
    },
    call() {
      dialHotline()
    },
  },
})
