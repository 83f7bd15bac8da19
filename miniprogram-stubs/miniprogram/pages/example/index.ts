import { signInUrl } from '../../services/api'
import type { Clock } from '../../services/clocks'
import { definePage } from '../../services/page'
import type { TimelineEntry } from '../../services/timeline'

const CLOCKS: Clock[] = [
  {
    key: 'response',
    name: '签收期限',
    state: '按时完成 · 3月4日 15:20',
    colour: '',
    due: '3月5日 09:12 前',
    explanation: '从派单起连续计24小时。',
    provisional: false,
  },
  {
    key: 'resolution',
    name: '办结期限',
    state: '按时完成 · 3月6日 17:40',
    colour: '',
    due: '3月7日 24:00 前',
    explanation: '派单次日起第3个工作日结束时。',
    provisional: false,
  },
]

function entry(seq: number, what: string, who: string, when: string, words: string): TimelineEntry {
  return { seq, what, who, when, words, photos: [], internal: false }
}

/** A matter that never happened, with every step that a real one takes. */
const ENTRIES: TimelineEntry[] = [
  entry(6, '办结', '系统', '3月6日 19:05', ''),
  entry(5, '代表评价', '人大代表', '3月6日 19:05', '满意 · 已解决'),
  entry(4, '答复', '示例区城市管理局', '3月6日 17:40', '井盖已更换，周边路面已修补，请代表现场查看。'),
  entry(3, '签收', '示例区城市管理局', '3月4日 15:20', ''),
  entry(2, '派单', '系统', '3月4日 09:12', '按派单目录：示例区 · 井盖破损。期限 3月7日 24:00'),
  entry(1, '提交', '人大代表', '3月4日 09:12', ''),
]

/** A fictional order for people who are not signed in: what a delegate sees, and that nothing here is real. */
definePage({
  data: { clocks: CLOCKS, entries: ENTRIES },
  signIn() {
    void wx.navigateTo({ url: signInUrl('/pages/home/index') })
  },
})
