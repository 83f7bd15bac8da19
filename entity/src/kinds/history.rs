//! The steps of an order's history, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// A step of an order's history (全程留痕).
    pub enum EventAction {
        Submitted => "submitted" = "提交",
        Dispatched => "dispatched" = "派单",
        Triaged => "triaged" = "转人工分派",
        Redispatched => "redispatched" = "坐席派单",
        DispatchReason => "dispatch_reason" = "派单理由",
        Accepted => "accepted" = "签收",
        Returned => "returned" = "退单",
        Replied => "replied" = "答复",
        Supplemented => "supplemented" = "补充答复",
        Account => "account" = "办理情况",
        ExtensionAsked => "extension_asked" = "申请延期",
        ExtensionGranted => "extension_granted" = "同意延期",
        ExtensionRefused => "extension_refused" = "未同意延期",
        SubAssigned => "sub_assigned" = "下派",
        PartAccepted => "part_accepted" = "协办单位签收",
        PartReported => "part_reported" = "协办单位办结",
        Cancelled => "cancelled" = "撤销",
        Verdict => "verdict" = "代表评价",
        FollowUp => "follow_up" = "人工回访",
        Reopened => "reopened" = "问题反弹，重新办理",
        Merged => "merged" = "并入其他工单",
        MergedIn => "merged_in" = "其他工单并入",
        Unmerged => "unmerged" = "恢复单独办理",
        SplitOff => "split_off" = "并入的工单拆出",
        CallerConfirmed => "caller_confirmed" = "核实来电代表身份",
        Endorsed => "endorsed" = "附议",
        Noted => "noted" = "备注",
        ContactCall => "contact_call" = "与代表通话",
        PhotoCovered => "photo_covered" = "遮挡照片",
        Urged => "urged" = "催办",
        Tracked => "tracked" = "重点跟踪",
        Untracked => "untracked" = "结束重点跟踪",
        SupervisionOrder => "supervision_order" = "发出督办单",
        SupervisionOrderAnswered => "supervision_order_answered" = "答复督办单",
        Raised => "raised" = "督办升级",
        CampaignJoined => "campaign_joined" = "列入专项监督",
        PartReminded => "part_reminded" = "提醒下派任务将到期",
        SupervisionOrderReminded => "supervision_order_reminded" = "提醒督办单将到期",
        LightYellow => "light_yellow" = "黄灯",
        LightRed => "light_red" = "红灯",
        DeadlineRecounted => "deadline_recounted" = "重新计算期限",
        Adopted => "adopted" = "采纳群众留言",
        Closed => "closed" = "办结",
    }
}
