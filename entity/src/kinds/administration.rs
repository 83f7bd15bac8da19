//! Enums of administration, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// An administrator's action.
    pub enum ActKind {
        BeforeTheFirst => "before_the_first" = "开始记录",
        RosterImported => "roster_imported" = "导入名册",
        UnitsImported => "units_imported" = "导入承办单位",
        DutyImported => "duty_imported" = "导入派单目录",
        DutyChanged => "duty_changed" = "修改派单目录",
        CalendarImported => "calendar_imported" = "导入放假安排",
        BoundariesLoaded => "boundaries_loaded" = "载入边界",
        BoundariesActivated => "boundaries_activated" = "启用边界",
        SiteCreated => "site_created" = "新建点位",
        SiteChanged => "site_changed" = "修改点位",
        PersonUnbound => "person_unbound" = "解除微信绑定",
        SessionsEnded => "sessions_ended" = "退出登录",
        SignInLinkMade => "sign_in_link_made" = "生成登录链接",
        ClientCreated => "client_created" = "新建接口客户端",
        ClientRotated => "client_rotated" = "更换接口密钥",
        ClientRevoked => "client_revoked" = "停用接口客户端",
        WebhookCreated => "webhook_created" = "新建推送地址",
        WebhookRotated => "webhook_rotated" = "更换签名密钥",
        WebhookDeleted => "webhook_deleted" = "删除推送地址",
        UnitLinked => "unit_linked" = "对接单位",
        UnitUnlinked => "unit_unlinked" = "取消对接单位",
        CalendarFeedCreated => "calendar_feed_created" = "新建日历订阅",
        CalendarFeedRotated => "calendar_feed_rotated" = "更换日历订阅网址",
        CalendarFeedRevoked => "calendar_feed_revoked" = "停用日历订阅",
    }
}

kind! {
    /// Kinds of leaves of the Merkle tree of the record. `start` divides the entries from before the tree from the
    /// sealed ones.
    pub enum LeafKind {
        Start => "start",
        Event => "event",
        Act => "act",
    }
}

kind! {
    /// Why a checkpoint was signed.
    pub enum CheckpointReason {
        Hourly => "hourly",
        Report => "report",
        Requested => "requested",
    }
}

kind! {
    /// Outcome of the mail with a checkpoint. A delayed one is tried again for a day.
    pub enum CheckpointMail {
        Sent => "sent" = "已寄出",
        Delayed => "delayed" = "暂未寄出，稍后自动重试",
        Refused => "refused" = "被邮件服务器拒收",
    }
}

kind! {
    /// Scheduled maintenance. The detail of `HolidayNotice` is the year whose notice is missing.
    pub enum UpkeepKind {
        Retention => "retention" = "数据清理",
        Backup => "backup" = "备份",
        HolidayNotice => "holiday_notice" = "放假通知",
    }
}
