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
