//! Enums of orders, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// 随手拍, 有事请扫码, 代表来电.
    pub enum Channel {
        Snap => "snap" = "随手拍",
        Scan => "scan" = "有事请扫码",
        Call => "call" = "代表来电",
    }
}

kind! {
    /// State of an order.
    pub enum Status {
        Submitted => "submitted" = "已提交",
        Triage => "triage" = "待派单",
        Dispatched => "dispatched" = "已派单",
        InProgress => "in_progress" = "办理中",
        Replied => "replied" = "已答复",
        Closed => "closed" = "已办结",
        Cancelled => "cancelled" = "已撤销",
    }
}

impl Status {
    /// Statuses of an order that is not over.
    pub const OPEN: [Self; 5] = [
        Self::Submitted,
        Self::Triage,
        Self::Dispatched,
        Self::InProgress,
        Self::Replied,
    ];
    /// Statuses of an order that is over.
    pub const OVER: [Self; 2] = [Self::Closed, Self::Cancelled];

    /// Whether nothing more is to be done.
    #[must_use]
    pub fn is_over(self) -> bool {
        Self::OVER.contains(&self)
    }
}

kind! {
    /// 绿, 黄, 红.
    pub enum Light {
        Green => "green" = "正常",
        Yellow => "yellow" = "临期",
        Red => "red" = "超期",
    }
}

kind! {
    /// The source of a category.
    pub enum CategorySource {
        Chosen => "chosen" = "反映人选择",
        Suggested => "suggested" = "按文字判断",
        Operator => "operator" = "坐席确定",
        Unknown => "unknown" = "尚未确定",
    }
}

kind! {
    /// The role in which a person acted.
    pub enum ActorRole {
        Delegate => "delegate" = "人大代表",
        Operator => "operator" = "12345 坐席",
        Handler => "handler" = "承办单位",
        Supervisor => "supervisor" = "人大常委会",
        Admin => "admin" = "系统管理员",
        System => "system" = "系统",
        Resident => "resident" = "群众",
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
        Lead => "lead" = "主办",
        Support => "support" = "协办",
        Sub => "sub" = "下派",
    }
}

kind! {
    /// State of an assignment.
    pub enum AssignmentStatus {
        Open => "open" = "待签收",
        Accepted => "accepted" = "办理中",
        Done => "done" = "已完成",
        Withdrawn => "withdrawn" = "已撤派",
    }
}

kind! {
    /// 响应, 办结, 补充办理.
    pub enum ClockKind {
        Response => "response" = "签收期限",
        Resolution => "resolution" = "办结期限",
        Supplementary => "supplementary" = "补充办理期限",
    }
}

kind! {
    /// 延期.
    pub enum ExtensionStatus {
        Pending => "pending" = "待审批",
        Granted => "granted" = "已同意",
        Refused => "refused" = "未同意",
    }
}

kind! {
    /// The supervision level of a matter.
    pub enum SupervisionLevel {
        None => "none" = "无",
        Unit => "unit" = "承办单位",
        County => "county" = "县（区）人大",
        City => "city" = "市人大",
    }
}
