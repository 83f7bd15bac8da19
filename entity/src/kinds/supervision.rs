//! Closed sets of supervision; stored as snake_case text.

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
