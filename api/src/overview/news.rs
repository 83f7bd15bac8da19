//! News of orders, as the replicas send it to each other and to their screens.

use chrono::{DateTime, FixedOffset};
use entity::kinds::{Light, Status};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Kind)]
pub enum NewsKind {
    Arrived,
    Moved,
    Light,
}

/// One order's change for a screen, without reporter and text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = News)]
pub struct OrderNews {
    pub kind: NewsKind,
    pub number: String,
    pub status: Status,
    pub light: Light,
    pub category: Option<String>,
    /// Code and name of the county.
    pub area: Option<String>,
    pub area_name: Option<String>,
    pub unit: Option<String>,
    pub at: DateTime<FixedOffset>,
}

/// One message between replicas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaMessage {
    pub seq: i64,
    /// Which part of the fold it is, from 0.
    pub part: u32,
    pub news: Vec<OrderNews>,
    /// There was more news than listed.
    #[serde(rename = "more")]
    pub truncated: bool,
}
