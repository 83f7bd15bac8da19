//! Chinese names of the events of an order's history and of the acting roles.

use entity::kinds::ActorRole;

/// A step as the timeline and the printed history name it.
#[must_use]
pub fn title(action: &str) -> &'static str {
    match action {
        "submitted" => "提交",
        "dispatched" => "派单",
        "triaged" => "转人工分派",
        "redispatched" => "坐席派单",
        "dispatch_reason" => "派单理由",
        "accepted" => "签收",
        "returned" => "退单",
        "replied" => "答复",
        "supplemented" => "补充答复",
        "account" => "办理情况",
        "extension_asked" => "申请延期",
        "extension_granted" => "同意延期",
        "extension_refused" => "未同意延期",
        "sub_assigned" => "下派",
        "part_accepted" => "协办单位签收",
        "part_reported" => "协办单位办结",
        "cancelled" => "撤销",
        "verdict" => "代表评价",
        "follow_up" => "人工回访",
        "reopened" => "问题反弹，重新办理",
        "merged" => "并入其他工单",
        "merged_in" => "其他工单并入",
        "unmerged" => "恢复单独办理",
        "split_off" => "并入的工单拆出",
        "caller_confirmed" => "核实来电代表身份",
        "endorsed" => "附议",
        "noted" => "备注",
        "urged" => "催办",
        "tracked" => "重点跟踪",
        "untracked" => "结束重点跟踪",
        "supervision_order" => "发出督办单",
        "supervision_order_answered" => "答复督办单",
        "raised" => "督办升级",
        "campaign_joined" => "列入专项监督",
        "part_reminded" => "提醒下派任务将到期",
        "supervision_order_reminded" => "提醒督办单将到期",
        "light_yellow" => "黄灯",
        "light_red" => "红灯",
        "deadline_recounted" => "重新计算期限",
        _ => "其他",
    }
}

/// Returns the name of a role whose unit is not named.
#[must_use]
pub fn role(role: ActorRole) -> &'static str {
    match role {
        ActorRole::Delegate => "代表",
        ActorRole::Operator => "12345 坐席",
        ActorRole::Handler => "承办单位",
        ActorRole::Supervisor => "人大常委会",
        ActorRole::Admin => "管理员",
        ActorRole::Resident => "群众",
        ActorRole::System => "系统",
    }
}
