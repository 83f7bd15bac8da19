//! Enums of notices, stored as snake_case text.

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
