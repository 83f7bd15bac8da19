// What the caller may do with an order now: the server says which, here is how each is called and where it leads.
import type { Order } from './orders'

export interface Action {
  name: string
  words: string
  /** Cannot be undone by the one who does it. */
  grave: boolean
}

const GRAVE = ['cancel', 'return']

const WORDS: Record<string, string> = {
  accept: '签收',
  reply: '答复',
  parts: '报告办理情况',
  extensions: '申请延期',
  sub_assignments: '下派',
  return: '退回',
  answer_supervision_order: '答复督办单',
  urges: '催办',
  tracking: '重点跟踪',
  supervision_orders: '下发督办单',
  reopen: '问题又出现了',
  notes: '补充说明',
  cancel: '撤销',
  endorse: '附议',
}

/** In the order of how often they are wanted; what has no words here is done elsewhere (the console, the verdict's own card). */
export function actionsOf(order: Order): Action[] {
  return Object.entries(WORDS)
    .filter(([name]) => order.actions.includes(name))
    .map(([name, words]) => ({ name, words, grave: GRAVE.includes(name) }))
}
