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
