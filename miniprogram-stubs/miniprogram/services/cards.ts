// Orders as cards and pages show them.
import type { Order, OrderSummary } from './orders'
import { LATE, ago, dueTime, remaining } from './times'
import { CHANNEL, LIGHT, STATUS } from './labels'
import { destination } from './units'

export interface Tag {
  words: string
  colour: '' | 'green' | 'yellow' | 'red' | 'blue'
}

export interface Card {
  number: string
  description: string
  status: Tag
  light: Tag | null
  tags: Tag[]
  where: string
  unit: string
  due: string
  updated: string
}

type Either = OrderSummary | Order

const OPEN = ['submitted', 'triage', 'dispatched', 'in_progress']

export function statusTag(order: Either): Tag {
  const colour = order.status === 'replied' ? 'blue' : order.status === 'closed' ? 'green' : ''
  return { words: STATUS[order.status], colour }
}

/** Only while a clock runs does a light say anything. */
export function lightTag(order: Either): Tag | null {
  if (!OPEN.includes(order.status) || !order.due_at) return null
  return { words: LIGHT[order.light], colour: order.light }
}

export function tagsOf(order: Either): Tag[] {
  const tags: Tag[] = []
  if (order.round > 1) tags.push({ words: `第 ${order.round} 次办理`, colour: '' })
  if (order.difficult) tags.push({ words: '疑难', colour: 'red' })
  if (order.tracked) tags.push({ words: '重点跟踪', colour: 'blue' })
  if (order.endorsements.count > 0) tags.push({ words: `${order.endorsements.count}人附议`, colour: '' })
  return tags
}

export function dueWords(order: Either): string {
  if (!OPEN.includes(order.status) || !order.due_at) return ''
  const left = remaining(order.due_at)
  // The light is the server's; where this phone's clock says otherwise, the time alone is shown.
  const agrees = (order.light === 'red') === left.startsWith(LATE)
  return `${agrees ? `${left} · ` : ''}${dueTime(order.due_at)} 前`
}

export function whereWords(order: Either): string {
  return [order.area?.name, order.address].filter(Boolean).join(' · ')
}

export function cardOf(order: OrderSummary): Card {
  return {
    number: order.number,
    description: order.description,
    status: statusTag(order),
    light: lightTag(order),
    tags: tagsOf(order),
    where: whereWords(order),
    unit: destination(order.unit?.name),
    due: dueWords(order),
    updated: `${CHANNEL[order.channel]} · ${ago(order.updated_at)}更新`,
  }
}
