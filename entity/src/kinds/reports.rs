//! Enums of reports, stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 周报, 月报, 专题, 自选时段.
    pub enum ReportKind {
        Weekly => "weekly",
        Monthly => "monthly",
        Topic => "topic",
        Custom => "custom",
    }
}

kind! {
    /// State of a report.
    pub enum ReportStatus {
        Queued => "queued",
        Ready => "ready",
        Failed => "failed",
    }
}
