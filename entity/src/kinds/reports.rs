//! Enums of reports, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 周报, 月报, 专题, 自选时段.
    pub enum ReportKind {
        Weekly => "weekly" = "周报",
        Monthly => "monthly" = "月报",
        Topic => "topic" = "专题",
        Custom => "custom" = "自选时段",
    }
}

kind! {
    /// 草稿, 已签发, 已发送. Only a draft is edited.
    pub enum ReportStage {
        Draft => "draft" = "草稿",
        Issued => "issued" = "已签发",
        Sent => "sent" = "已发送",
    }
}

kind! {
    /// To whom a report was sent: a county's standing committee by its code, a committee by its name.
    pub enum RecipientKind {
        County => "county",
        Committee => "committee",
    }
}

kind! {
    /// State of the job that writes a report.
    pub enum ReportStatus {
        Queued => "queued" = "正在生成",
        Ready => "ready" = "已生成",
        Failed => "failed" = "未能生成",
    }
}
