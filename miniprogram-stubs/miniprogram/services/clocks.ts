// Deadlines in words.
import type { Order } from './orders'
import { LATE, dayAndTime, dueTime, remaining } from './times'
import { CLOCK_KIND, LIGHT } from './labels'

export interface Clock {
  key: string
  name: string
  state: string
  colour: 'green' | 'yellow' | 'red' | ''
  due: string
  /** How it was counted: the server's own sentence. */
  explanation: string
  provisional: boolean
}

export function clocksOf(order: Order): Clock[] {
  return order.deadlines
    .map((deadline) => {
      const stopped = deadline.stopped_at ?? undefined
      const explanation = (deadline.explanation as { text?: string }).text ?? ''
      return {
        key: `${deadline.kind}-${deadline.round}-${deadline.started_at}`,
        name: deadline.round > 1 ? `第 ${deadline.round} 次办理 · ${CLOCK_KIND[deadline.kind]}` : CLOCK_KIND[deadline.kind],
        state: stopped === undefined ? stateOf(deadline) : `${stopped <= deadline.due_at ? '按时完成' : '超期完成'} · ${dayAndTime(stopped)}`,
        colour: stopped === undefined ? deadline.light : ('' as const),
        due: `${dueTime(deadline.due_at)} 前`,
        explanation,
        provisional: deadline.calendar === 'provisional',
      }
    })
    .reverse()
}

/** The light is the server's; where this phone's clock says otherwise, the light alone is shown. */
function stateOf(deadline: Order['deadlines'][number]): string {
  const left = remaining(deadline.due_at)
  return (deadline.light === 'red') === left.startsWith(LATE) ? left : LIGHT[deadline.light]
}
