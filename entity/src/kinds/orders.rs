//! Enums of orders, stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 随手拍, 有事请扫码, 代表来电.
    pub enum Channel {
        Snap => "snap",
        Scan => "scan",
        Call => "call",
    }
}

kind! {
    /// State of an order.
    pub enum Status {
        Submitted => "submitted",
        Triage => "triage",
        Dispatched => "dispatched",
        InProgress => "in_progress",
        Replied => "replied",
        Closed => "closed",
        Cancelled => "cancelled",
    }
}

kind! {
    /// 绿, 黄, 红.
    pub enum Light {
        Green => "green",
        Yellow => "yellow",
        Red => "red",
    }
}

kind! {
    /// The source of a category.
    pub enum CategorySource {
        Chosen => "chosen",
        Suggested => "suggested",
        Operator => "operator",
        Unknown => "unknown",
    }
}

kind! {
    /// The role in which a person acted.
    pub enum ActorRole {
        Delegate => "delegate",
        Operator => "operator",
        Handler => "handler",
        Supervisor => "supervisor",
        Admin => "admin",
        System => "system",
        Resident => "resident",
    }
}

kind! {
    /// Readers of an event: all people concerned, units and staff, or supervisors and operators.
    pub enum Visibility {
        Public => "public",
        Internal => "internal",
        Supervision => "supervision",
    }
}

kind! {
    /// 主办, 协办, 下派.
    pub enum AssignmentRole {
        Lead => "lead",
        Support => "support",
        Sub => "sub",
    }
}

kind! {
    /// State of an assignment.
    pub enum AssignmentStatus {
        Open => "open",
        Accepted => "accepted",
        Done => "done",
        Withdrawn => "withdrawn",
    }
}

kind! {
    /// 响应, 办结, 补充办理.
    pub enum ClockKind {
        Response => "response",
        Resolution => "resolution",
        Supplementary => "supplementary",
    }
}

kind! {
    /// 延期.
    pub enum ExtensionStatus {
        Pending => "pending",
        Granted => "granted",
        Refused => "refused",
    }
}

kind! {
    /// The supervision level of a matter.
    pub enum SupervisionLevel {
        None => "none",
        Unit => "unit",
        County => "county",
        City => "city",
    }
}
