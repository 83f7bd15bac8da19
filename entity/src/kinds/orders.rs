//! Closed sets of orders; stored as snake_case text.

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
    /// Life of an order.
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
    /// Who said what kind of matter it is.
    pub enum CategorySource {
        Chosen => "chosen",
        Suggested => "suggested",
        Operator => "operator",
        Unknown => "unknown",
    }
}

kind! {
    /// In which capacity somebody acted.
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
    /// Who reads an event: everybody concerned, the units and staff, or the supervisors and operators.
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
    /// Life of a charge.
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
    /// How high a matter has been raised.
    pub enum SupervisionLevel {
        None => "none",
        Unit => "unit",
        County => "county",
        City => "city",
    }
}
