// Generated from the server's enums: `UPDATE=1 cargo test -p tests --test it -- labels`.
import type { components } from '../api/schema'

type Schemas = components['schemas']

export const ACTOR_ROLE: Record<Schemas['ActorRole'], string> = {
  delegate: '人大代表',
  operator: '12345 坐席',
  handler: '承办单位',
  supervisor: '人大常委会',
  admin: '系统管理员',
  system: '系统',
  resident: '群众',
}

export const CAMPAIGN_STAGE: Record<Schemas['CampaignStage'], string> = {
  filed: '立项',
  survey: '调研',
  opinion: '审议意见',
  rectification: '整改',
  vote: '测评',
  closed: '结项',
  look_back: '回头看',
}

export const CATEGORY_SOURCE: Record<Schemas['CategorySource'], string> = {
  chosen: '反映人选择',
  suggested: '按文字判断',
  operator: '坐席确定',
  unknown: '尚未确定',
}

export const CHANNEL: Record<Schemas['Channel'], string> = {
  snap: '随手拍',
  scan: '有事请扫码',
  call: '代表来电',
}

export const CLOCK_KIND: Record<Schemas['ClockKind'], string> = {
  response: '签收期限',
  resolution: '办结期限',
  supplementary: '补充办理期限',
}

export const LIGHT: Record<Schemas['Light'], string> = {
  green: '正常',
  yellow: '临期',
  red: '超期',
}

export const MEASURE_STATUS: Record<Schemas['MeasureStatus'], string> = {
  open: '整改中',
  done: '待核验',
  verified: '已销号',
}

export const OPINION_KIND: Record<Schemas['OpinionKind'], string> = {
  suggestion: '建议',
  opinion: '审议意见',
  decision: '决定',
}

export const OPINION_STATUS: Record<Schemas['OpinionStatus'], string> = {
  issued: '待答复',
  replied: '待审阅',
  returned: '退回重答',
  accepted: '已通过',
}

export const PERSON_LEVEL: Record<Schemas['PersonLevel'], string> = {
  national: '全国人大代表',
  provincial: '省人大代表',
  city: '市人大代表',
  county: '县（区）人大代表',
  township: '乡镇人大代表',
}

export const PHOTO_ROLE: Record<Schemas['PhotoRole'], string> = {
  before: '办理前',
  after: '办理后',
  evidence: '现场',
}

export const SATISFACTION: Record<Schemas['Satisfaction'], string> = {
  satisfied: '满意',
  basically_satisfied: '基本满意',
  dissatisfied: '不满意',
}

export const SITE_MESSAGE_STATUS: Record<Schemas['SiteMessageStatus'], string> = {
  received: '待处理',
  adopted: '已采纳',
  answered: '已答复',
  refused: '未通过审核',
}

export const SOLVED: Record<Schemas['Solved'], string> = {
  yes: '已解决',
  partly: '部分解决',
  no: '未解决',
}

export const STATUS: Record<Schemas['Status'], string> = {
  submitted: '已提交',
  triage: '待派单',
  dispatched: '已派单',
  in_progress: '办理中',
  replied: '已答复',
  closed: '已办结',
  cancelled: '已撤销',
}

export const TOPIC_STATUS: Record<Schemas['TopicStatus'], string> = {
  rising: '上升',
  watch: '关注',
  steady: '持续',
  over: '已结束',
}
