//! Enums of follow-ups, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 满意, 基本满意, 不满意.
    pub enum Satisfaction {
        Satisfied => "satisfied" = "满意",
        BasicallySatisfied => "basically_satisfied" = "基本满意",
        Dissatisfied => "dissatisfied" = "不满意",
    }
}

kind! {
    /// 解决, 部分解决, 未解决.
    pub enum Solved {
        Yes => "yes" = "已解决",
        Partly => "partly" = "部分解决",
        No => "no" = "未解决",
    }
}

kind! {
    /// 智能回访, 人工回访.
    pub enum FollowUpKind {
        Automatic => "automatic",
        Manual => "manual",
    }
}

kind! {
    /// State of a follow-up.
    pub enum FollowUpStatus {
        Asked => "asked",
        Reminded => "reminded",
        Queued => "queued",
        Answered => "answered",
        NotReached => "not_reached",
        Expired => "expired",
    }
}
