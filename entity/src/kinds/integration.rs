//! Closed sets of the links with other systems; stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// Life of a webhook delivery.
    pub enum WebhookDeliveryStatus {
        Waiting => "waiting",
        Delivered => "delivered",
        Failed => "failed",
    }
}

kind! {
    /// Why a call of another system got no answer.
    pub enum CallFault {
        Timeout => "timeout" = "对方超时未应答",
        ConnectionFailed => "connection_failed" = "连接不上对方",
        RequestFailed => "request_failed" = "连接中断",
        AddressNotAllowed => "address_not_allowed" = "地址不允许调用",
    }
}
