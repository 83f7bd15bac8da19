//! Enums of supervision, stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 专项监督.
    pub enum CampaignStatus {
        Open => "open",
        Closed => "closed",
    }
}

kind! {
    /// 立项, 调研, 审议意见, 整改, 测评, 结项, 回头看.
    pub enum CampaignStage {
        Filed => "filed",
        Survey => "survey",
        Opinion => "opinion",
        Rectification => "rectification",
        Vote => "vote",
        Closed => "closed",
        LookBack => "look_back",
    }
}

kind! {
    /// An event in a campaign's diary.
    pub enum CampaignAction {
        Opened => "opened",
        Changed => "changed",
        StageReached => "stage_reached",
        OrdersAdded => "orders_added",
        ActivityHeld => "activity_held",
        OpinionIssued => "opinion_issued",
        OpinionReplied => "opinion_replied",
        OpinionAccepted => "opinion_accepted",
        OpinionReturned => "opinion_returned",
        MeasureSet => "measure_set",
        MeasureDone => "measure_done",
        MeasureVerified => "measure_verified",
        MeasureReturned => "measure_returned",
        CountyTaskSet => "county_task_set",
        Voted => "voted",
        Closed => "closed",
        LookedBack => "looked_back",
    }
}

kind! {
    /// 专题调研, 暗访督查, 座谈, 约谈, 电话.
    pub enum ActivityKind {
        Survey => "survey",
        UnannouncedVisit => "unannounced_visit",
        Meeting => "meeting",
        Talk => "talk",
        Phone => "phone",
    }
}

kind! {
    /// 建议, 审议意见, 决定.
    pub enum OpinionKind {
        Suggestion => "suggestion",
        Opinion => "opinion",
        Decision => "decision",
    }
}

kind! {
    /// Progress of an opinion: the government's reply and its acceptance.
    pub enum OpinionStatus {
        Issued => "issued",
        Replied => "replied",
        Returned => "returned",
        Accepted => "accepted",
    }
}

kind! {
    /// 整改: to do, reported as done, 销号.
    pub enum MeasureStatus {
        Open => "open",
        Done => "done",
        Verified => "verified",
    }
}

kind! {
    /// 责令改正, 行政处罚, other administrative decisions.
    pub enum DecisionKind {
        OrderToCorrect => "order_to_correct",
        Penalty => "penalty",
        Other => "other",
    }
}

kind! {
    /// The trend of a hot topic.
    pub enum TopicStatus {
        Rising => "rising",
        Steady => "steady",
        Over => "over",
    }
}

kind! {
    /// The origin of a hot topic: a group about one thing, or a category that rises in some areas.
    pub enum TopicOrigin {
        Group => "group",
        Rise => "rise",
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
