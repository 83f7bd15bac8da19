import type { TimelineEntry } from '../../services/timeline'

/** What happened to an order, the newest first. */
Component({
  properties: {
    entries: { type: Array, value: [] as TimelineEntry[] },
  },
})
