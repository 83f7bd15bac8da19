// Actions that need input: the form that each one shows and the API call that it becomes.
import {
  type Order,
  answerSupervisionOrder,
  askExtension,
  cancel,
  issueSupervisionOrder,
  note,
  reopen,
  reply,
  returnOrder,
  subAssign,
  track,
  urge,
} from './orders'
import { inDays } from './times'

type ActionLimits = Order['limits']
/** Which of the order's text lengths holds for a text. */
type Length = keyof ActionLimits['texts']

export interface Filled {
  text: string
  second: string
  committee: string
  unit: string
  days: number
  photoIds: string[]
}

export interface ActionForm {
  title: string
  /** What happens when it is done, with the numbers that the server sent. */
  about: (limits: ActionLimits) => string
  label: string
  placeholder: string
  length: Length
  /** A second text, e.g. the account for the staff beside the reply that the delegate reads. */
  second?: { label: string; placeholder: string; length: Length }
  /** One of the city's committees; none is chosen at the beginning. */
  committee?: { label: string }
  unit?: { label: string; required: boolean }
  photos?: boolean
  /** How many days, as chips; the first is chosen at the beginning, and 0 leaves it open. */
  days?: { label: string; choices: (limits: ActionLimits) => number[] }
  button: string
  run: (order: Order, filled: Filled) => Promise<Order>
}

/** The most first: `[3, 2, 1]`. */
function countdown(most: number): number[] {
  return Array.from({ length: most }, (_, index) => most - index)
}

const ACTION_FORMS: Record<string, ActionForm> = {
  reply: {
    title: '答复',
    about: () => '答复后办结期限停止计时，代表会收到答复并评价。',
    label: '公开答复（代表会看到）',
    placeholder: '写明怎么处理的、结果如何、还有什么安排',
    length: 'public_reply',
    second: { label: '办理情况（内部留存）', placeholder: '经办人、现场情况、联系代表的经过', length: 'account' },
    photos: true,
    button: '提交答复',
    run: (order, { text, second, photoIds }) => reply(order.number, { public_reply: text, account: second, photo_ids: photoIds }),
  },
  parts: {
    title: '报告办理情况',
    about: () => '主办单位会看到，用于统一答复代表。',
    label: '本单位的办理情况',
    placeholder: '写明做了什么、结果如何',
    length: 'account',
    photos: true,
    button: '提交',
    run: (order, { text, photoIds }) => reply(order.number, { account: text, photo_ids: photoIds }),
  },
  return: {
    title: '退回',
    about: (limits) => `每个单位最多退回 ${limits.returns} 次，须在派单后 ${limits.return_working_days} 个工作日内。期限不会重新计算。`,
    label: '为什么不属于本单位',
    placeholder: '写明依据',
    length: 'reason',
    unit: { label: '建议由哪个单位办理（可不选）', required: false },
    button: '退回坐席',
    run: (order, { text, unit }) => returnOrder(order.number, { reason: text, ...(unit === '' ? {} : { proposed_unit: unit }) }),
  },
  extensions: {
    title: '申请延期',
    about: (limits) => `每次最多 ${limits.extension_working_days} 个工作日，最多 ${limits.extensions} 次，由坐席决定。`,
    label: '延期理由',
    placeholder: '写明为什么办不完、接下来怎么办',
    length: 'reason',
    days: { label: '延长几个工作日', choices: (limits) => countdown(limits.extension_working_days) },
    button: '提交申请',
    run: (order, { text, days }) => askExtension(order.number, { reason: text, days }),
  },
  sub_assignments: {
    title: '下派',
    about: () => '主办责任仍在本单位，期限不变。',
    label: '要求',
    placeholder: '请对方做什么',
    length: 'reason',
    unit: { label: '下派给', required: true },
    days: { label: '几天内完成', choices: () => [0, 1, 2, 3, 5] },
    button: '下派',
    run: (order, { text, unit, days }) => subAssign(order.number, { note: text, unit, ...(days === 0 ? {} : { due_at: inDays(days) }) }),
  },
  answer_supervision_order: {
    title: '答复督办单',
    about: () => '人大常委会会看到这份答复。',
    label: '答复',
    placeholder: '逐条回应督办要求',
    length: 'account',
    button: '提交',
    run: (order, { text }) => answerSupervisionOrder(order.number, openSupervisionOrder(order), text),
  },
  urges: {
    title: '催办',
    about: (limits) => `承办单位会马上收到；同一件工单 ${limits.urge_interval_minutes} 分钟内只能催一次。`,
    label: '催办意见',
    placeholder: '希望尽快做什么',
    length: 'note',
    button: '催办',
    run: (order, { text }) => urge(order.number, text),
  },
  tracking: {
    title: '重点跟踪',
    about: () => '列入重点跟踪清单，进展会通知跟踪的委员会。',
    label: '跟踪意见',
    placeholder: '为什么要跟踪、关注什么',
    length: 'note',
    committee: { label: '交给哪个委员会（可不选）' },
    button: '列为重点跟踪',
    run: (order, { text, committee }) => track(order.number, { note: text, ...(committee === '' ? {} : { committee }) }),
  },
  supervision_orders: {
    title: '下发督办单',
    about: (limits) => `承办单位须在 ${limits.supervision_order_working_days} 个工作日内书面答复。`,
    label: '督办要求',
    placeholder: '要求说明什么、做到什么',
    length: 'account',
    button: '下发',
    run: (order, { text }) => issueSupervisionOrder(order.number, text),
  },
  reopen: {
    title: '问题又出现了',
    about: () => '工单会用原编号重新办理，期限重新计算。',
    label: '现在的情况',
    placeholder: '什么时候又出现的、和以前有什么不同',
    length: 'reason',
    photos: true,
    button: '重新办理',
    run: (order, { text, photoIds }) => reopen(order.number, { reason: text, photo_ids: photoIds }),
  },
  notes: {
    title: '补充说明',
    about: () => '记入全程留痕，不改变办理期限。',
    label: '说明',
    placeholder: '还有什么要让大家知道的',
    length: 'note',
    button: '提交',
    run: (order, { text }) => note(order.number, text),
  },
  cancel: {
    title: '撤销',
    about: () => '撤销后不再办理。单位签收以后就不能撤销了。',
    label: '为什么撤销',
    placeholder: '例如：问题已经解决',
    length: 'reason',
    button: '撤销工单',
    run: (order, { text }) => cancel(order.number, text),
  },
}

export function actionForm(name: string): ActionForm | undefined {
  return ACTION_FORMS[name]
}

/** What the person should read before he writes: the demand that is to be answered. */
export function contextOf(order: Order, name: string): string {
  if (name !== 'answer_supervision_order') return ''
  const open = (order.supervision_orders ?? []).find((one) => !one.answered_at)
  return open === undefined ? '' : `${open.number}：${open.requirement}`
}

function openSupervisionOrder(order: Order): string {
  return (order.supervision_orders ?? []).find((one) => !one.answered_at)?.number ?? ''
}
