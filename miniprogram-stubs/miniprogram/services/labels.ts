// What the server's names are called on the screen.
import type { components } from '../api/schema'

type Schemas = components['schemas']

export const STATUS: Record<Schemas['Status'], string> = {
  submitted: '已提交',
  triage: '待派单',
  dispatched: '待签收',
  in_progress: '办理中',
  replied: '待评价',
  closed: '已办结',
  cancelled: '已撤销',
}

export const CHANNEL: Record<Schemas['Channel'], string> = { snap: '随手拍', scan: '扫码', call: '代表来电' }
export const LIGHT: Record<Schemas['Light'], string> = { green: '时限内', yellow: '快到期', red: '已超时' }
export const SATISFACTION: Record<Schemas['Satisfaction'], string> = { satisfied: '满意', basically_satisfied: '基本满意', dissatisfied: '不满意' }
export const SOLVED: Record<Schemas['Solved'], string> = { yes: '已解决', partly: '部分解决', no: '未解决' }
export const LEVEL: Record<Schemas['PersonLevel'], string> = {
  national: '全国人大代表',
  provincial: '省人大代表',
  city: '市人大代表',
  county: '县（区）人大代表',
  township: '乡镇人大代表',
}
export const CLOCK: Record<Schemas['ClockKind'], string> = { response: '签收时限', resolution: '办结时限', supplementary: '补充办理时限' }
export const CATEGORY_SOURCE: Record<Schemas['CategorySource'], string> = {
  chosen: '本人选择',
  suggested: '按文字判断',
  operator: '坐席确定',
  unknown: '尚未确定',
}

const ROLE: Record<Schemas['ActorRole'], string> = {
  delegate: '人大代表',
  operator: '12345坐席',
  handler: '承办单位',
  supervisor: '人大常委会',
  admin: '平台管理员',
  system: '系统',
  resident: '群众',
}

export function roleWords(person: Schemas['Me']): string {
  if (person.role === 'delegate' && person.level) return LEVEL[person.level]
  if (person.role === 'handler') return `${person.unit?.name ?? '承办单位'}${person.unit_head ? ' · 负责人' : ''}`
  if (person.role === 'supervisor') return `${person.area?.name ?? ''}${ROLE.supervisor}${person.committee ? ` · ${person.committee}` : ''}`
  return ROLE[person.role]
}

export function actorWords(item: Schemas['TimelineItem']): string {
  const who = item.name ?? ''
  if (item.unit) return who === '' ? item.unit.name : `${item.unit.name} · ${who}`
  const role = ROLE[item.role]
  return who === '' || who === role ? role : `${role} · ${who}`
}

/** Where an order is, in the same words before it is sent, right after and on its page. */
export function destination(unit: string | undefined): string {
  return unit === undefined || unit === '' ? '12345 坐席判断后派单' : unit
}

/** The sentence after sending. */
export function sentTo(unit: string | undefined): string {
  return unit === undefined || unit === '' ? '已转 12345 坐席，坐席判断后派给承办单位。' : `已派给${unit}。`
}

/** How a resident's message stands, in words for the resident. */
export const SITE_MESSAGE_PROGRESS: Record<Schemas['SiteMessageStatus'], string> = {
  received: '代表尚未处理',
  adopted: '代表已采纳，正在办理',
  answered: '代表已答复',
  refused: '内容不符合规定，未予转交',
}
