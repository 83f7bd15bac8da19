import { signInUrl } from '../../services/api'

/** Stands where the content would be while it loads, when it failed, when there is none, or when it needs a sign-in. Fires `retry`. */
Component({
  properties: {
    /** `loading` | `error` | `empty` | `signed-out` | `ready` */
    state: { type: String, value: 'loading' },
    problem: String,
    empty: { type: String, value: '这里还没有内容。' },
  },
  methods: {
    signIn() {
      const page = getCurrentPages().pop() as { route: string } | undefined
      void wx.navigateTo({ url: signInUrl(`/${page?.route ?? 'pages/home/index'}`) })
    },
    retry() {
      this.triggerEvent('retry')
    },
  },
})
