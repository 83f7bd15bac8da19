//! Enums of notices, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The result of a push.
    pub enum DeliveryStatus {
        Waiting => "waiting",
        Sent => "sent",
        NotSubscribed => "not_subscribed",
        Unknown => "unknown",
        Failed => "failed",
        Superseded => "superseded",
    }
}

kind! {
    /// A channel besides the mini-program.
    pub enum SecondChannel {
        Sms => "sms" = "短信",
        Wecom => "wecom" = "企业微信",
        Official => "official" = "服务号",
    }
}

kind! {
    /// The result of a message on a second channel.
    ///
    /// It is not needed if the notice was read or its push arrived. A person who does not follow the official account
    /// cannot be sent one.
    pub enum SecondDeliveryStatus {
        Waiting => "waiting" = "等待",
        NotNeeded => "not_needed" = "已读，未发",
        NotFollowing => "not_following" = "未关注",
        Sent => "sent" = "已发",
        Unknown => "unknown" = "结果不明",
        Failed => "failed" = "失败",
    }
}
