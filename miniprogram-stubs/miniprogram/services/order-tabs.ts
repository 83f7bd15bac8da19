// Tabs of order lists: which orders each role sees under which tab.
import type { Filter } from './orders'
import { STATUS } from './labels'
import type { Role } from './notices'

export interface OrderTab {
  key: string
  name: string
  filter: Filter
  empty: string
}

const OPEN = 'triage,dispatched,in_progress'

const HANDLER: OrderTab[] = [
  { key: 'new', name: '待签收', filter: { scope: 'unit', status: 'dispatched', sort: 'due' }, empty: '没有等待签收的工单。' },
  { key: 'open', name: STATUS.in_progress, filter: { scope: 'unit', status: 'in_progress', sort: 'due' }, empty: '没有正在办理的工单。' },
  {
    key: 'late',
    name: '临期和超期',
    filter: { scope: 'unit', status: 'dispatched,in_progress', light: 'yellow,red', sort: 'due' },
    empty: '没有快到期或超期的工单。',
  },
  { key: 'replied', name: STATUS.replied, filter: { scope: 'unit', status: 'replied' }, empty: '没有等待代表评价的工单。' },
  { key: 'all', name: '全部', filter: { scope: 'unit' }, empty: '还没有派到本单位的工单。' },
]

const SUPERVISOR: OrderTab[] = [
  { key: 'red', name: '红灯', filter: { status: OPEN, light: 'red', sort: 'due' }, empty: '没有超期的工单。' },
  { key: 'yellow', name: '黄灯', filter: { status: OPEN, light: 'yellow', sort: 'due' }, empty: '没有快到期的工单。' },
  { key: 'open', name: STATUS.in_progress, filter: { status: OPEN, sort: 'due' }, empty: '没有正在办理的工单。' },
  { key: 'difficult', name: '疑难', filter: { difficult: 'true' }, empty: '没有疑难工单。' },
  { key: 'tracked', name: '重点跟踪', filter: { tracked: 'true' }, empty: '没有重点跟踪的工单。' },
  { key: 'all', name: '全部', filter: {}, empty: '还没有工单。' },
]

const OPERATOR: OrderTab[] = [
  { key: 'triage', name: STATUS.triage, filter: { status: 'triage', sort: 'newest' }, empty: '没有等待派单的工单。' },
  { key: 'open', name: STATUS.in_progress, filter: { status: 'dispatched,in_progress', sort: 'due' }, empty: '没有正在办理的工单。' },
  { key: 'all', name: '全部', filter: {}, empty: '还没有工单。' },
]

const MINE: OrderTab[] = [
  { key: 'open', name: STATUS.in_progress, filter: { scope: 'mine', status: `submitted,${OPEN}` }, empty: '没有正在办理的工单。' },
  { key: 'judge', name: '待评价', filter: { scope: 'mine', status: 'replied' }, empty: '没有等您评价的工单。' },
  { key: 'closed', name: STATUS.closed, filter: { scope: 'mine', status: 'closed' }, empty: '还没有办结的工单。' },
  { key: 'all', name: '全部', filter: { scope: 'mine' }, empty: '您还没有反映过问题。' },
]

/** Returns the tabs on the home page of a staff role. */
export function tabsForRole(role: Role): OrderTab[] {
  if (role === 'handler') return HANDLER
  return role === 'supervisor' ? SUPERVISOR : OPERATOR
}

/** Returns the tabs of the page 工单: delegates see their own orders, staff see the tabs of their role. */
export function ownTabsForRole(role: Role): OrderTab[] {
  return role === 'delegate' ? MINE : tabsForRole(role)
}
