//! Enums of supervision, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 专项监督.
    pub enum CampaignStatus {
        Open => "open" = "进行中",
        Closed => "closed" = "已结项",
    }
}

kind! {
    /// 立项, 调研, 审议意见, 整改, 测评, 结项, 回头看.
    pub enum CampaignStage {
        Filed => "filed" = "立项",
        Survey => "survey" = "调研",
        Opinion => "opinion" = "审议意见",
        Rectification => "rectification" = "整改",
        Vote => "vote" = "测评",
        Closed => "closed" = "结项",
        LookBack => "look_back" = "回头看",
    }
}

kind! {
    /// An event in a campaign's diary.
    pub enum CampaignAction {
        Opened => "opened" = "立项",
        Changed => "changed" = "修改",
        StageReached => "stage_reached" = "进入阶段",
        OrdersAdded => "orders_added" = "加入工单",
        ActivityHeld => "activity_held" = "开展活动",
        OpinionIssued => "opinion_issued" = "提出意见",
        OpinionReplied => "opinion_replied" = "书面答复",
        OpinionAccepted => "opinion_accepted" = "答复通过",
        OpinionReturned => "opinion_returned" = "答复退回",
        MeasureSet => "measure_set" = "列入整改台账",
        MeasureDone => "measure_done" = "报告整改完成",
        MeasureVerified => "measure_verified" = "销号",
        MeasureReturned => "measure_returned" = "整改未通过",
        CountyTaskSet => "county_task_set" = "交办县区",
        Voted => "voted" = "满意度测评",
        Closed => "closed" = "结项",
        LookedBack => "looked_back" = "回头看",
    }
}

kind! {
    /// 专题调研, 暗访督查, 座谈, 约谈, 电话.
    pub enum ActivityKind {
        Survey => "survey" = "专题调研",
        UnannouncedVisit => "unannounced_visit" = "暗访督查",
        Meeting => "meeting" = "座谈",
        Talk => "talk" = "约谈",
        Phone => "phone" = "电话了解",
    }
}

kind! {
    /// 建议, 审议意见, 决定.
    pub enum OpinionKind {
        Suggestion => "suggestion" = "建议",
        Opinion => "opinion" = "审议意见",
        Decision => "decision" = "决定",
    }
}

kind! {
    /// Progress of an opinion: the government's reply and its acceptance.
    pub enum OpinionStatus {
        Issued => "issued" = "待答复",
        Replied => "replied" = "待审阅",
        Returned => "returned" = "退回重答",
        Accepted => "accepted" = "已通过",
    }
}

kind! {
    /// 整改: to do, reported as done, 销号.
    pub enum MeasureStatus {
        Open => "open" = "整改中",
        Done => "done" = "待核验",
        Verified => "verified" = "已销号",
    }
}

kind! {
    /// 责令改正, 行政处罚, other administrative decisions.
    pub enum DecisionKind {
        OrderToCorrect => "order_to_correct" = "责令改正",
        Penalty => "penalty" = "行政处罚",
        Other => "other" = "其他行政决定",
    }
}

kind! {
    /// The trend of a hot topic. `Watch`: a rise of a category that chance explains too easily for an alert.
    pub enum TopicStatus {
        Rising => "rising" = "上升",
        Watch => "watch" = "关注",
        Steady => "steady" = "持续",
        Over => "over" = "已结束",
    }
}

kind! {
    /// The origin of a hot topic: a group about one thing, or a category that rises in some areas.
    pub enum TopicOrigin {
        Group => "group" = "反映同一件事",
        Rise => "rise" = "这一类比平常多",
    }
}

kind! {
    /// An event in the history of a hot topic.
    pub enum TopicAction {
        Found => "found",
        Crossed => "crossed",
        Over => "over",
        Merged => "merged",
        Split => "split",
        Renamed => "renamed",
        Sorted => "sorted",
        Dismissed => "dismissed",
        Restored => "restored",
        Campaign => "campaign",
    }
}
