//! Enums of sites, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// State of a resident's message.
    pub enum SiteMessageStatus {
        Received => "received" = "待处理",
        Adopted => "adopted" = "已采纳",
        Answered => "answered" = "已答复",
        Refused => "refused" = "未通过审核",
    }
}

kind! {
    /// A kind of published content.
    pub enum ContentSubject {
        SiteMessage => "site_message",
        SiteAnswer => "site_answer",
        Order => "order",
        Video => "video",
    }
}

kind! {
    /// The result of the content check. `unavailable`: WeChat gave none, so an operator must review the content.
    pub enum ContentCheck {
        Pending => "pending",
        Pass => "pass",
        Review => "review",
        Risky => "risky",
        Unavailable => "unavailable",
    }
}
