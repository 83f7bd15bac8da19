/** Loading, failed, or nothing there: one of them stands where the content would be. */
Component({
  properties: {
    /** `loading` | `error` | `empty` | `ready` */
    state: { type: String, value: 'loading' },
    problem: String,
    empty: { type: String, value: '这里还没有内容。' },
  },
  methods: {
    retry() {
      this.triggerEvent('retry')
    },
  },
})
