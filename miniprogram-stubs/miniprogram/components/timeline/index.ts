import type { Chapter } from '../../services/story'

/** What happened to an order, the newest first. */
Component({
  properties: {
    chapters: { type: Array, value: [] as Chapter[] },
  },
})
