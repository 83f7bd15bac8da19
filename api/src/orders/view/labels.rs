//! Chinese labels of the values of an order: the one place for them.

use entity::kinds::{
    AssignmentRole, AssignmentStatus, CategorySource, Channel, ClockKind, ExtensionStatus, Light,
    Satisfaction, Solved, Status, SupervisionLevel,
};

#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Submitted => "已提交",
        Status::Triage => "待分派",
        Status::Dispatched => "已派单",
        Status::InProgress => "办理中",
        Status::Replied => "已答复",
        Status::Closed => "已办结",
        Status::Cancelled => "已撤销",
    }
}

#[must_use]
pub fn satisfaction(result: Satisfaction) -> &'static str {
    match result {
        Satisfaction::Satisfied => "满意",
        Satisfaction::BasicallySatisfied => "基本满意",
        Satisfaction::Dissatisfied => "不满意",
    }
}

/// Returns the task of a unit before the deadline.
#[must_use]
pub fn clock_task(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Response => "签收",
        ClockKind::Resolution => "办理",
        ClockKind::Supplementary => "补充办理",
    }
}

#[must_use]
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Snap => "随手拍",
        Channel::Scan => "有事请扫码",
        Channel::Call => "代表来电",
    }
}

#[must_use]
pub fn clock(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Response => "签收期限",
        ClockKind::Resolution => "办结期限",
        ClockKind::Supplementary => "补充办理期限",
    }
}

#[must_use]
pub fn assignment_role(role: AssignmentRole) -> &'static str {
    match role {
        AssignmentRole::Lead => "主办",
        AssignmentRole::Support => "协办",
        AssignmentRole::Sub => "下派",
    }
}

#[must_use]
pub fn assignment_status(status: AssignmentStatus) -> &'static str {
    match status {
        AssignmentStatus::Open => "待签收",
        AssignmentStatus::Accepted => "办理中",
        AssignmentStatus::Done => "已完成",
        AssignmentStatus::Withdrawn => "已撤派",
    }
}

#[must_use]
pub fn category_source(source: CategorySource) -> &'static str {
    match source {
        CategorySource::Chosen => "反映人选择",
        CategorySource::Suggested => "按文字判断",
        CategorySource::Operator => "坐席确定",
        CategorySource::Unknown => "尚未确定",
    }
}

#[must_use]
pub fn extension(status: ExtensionStatus) -> &'static str {
    match status {
        ExtensionStatus::Pending => "待审批",
        ExtensionStatus::Granted => "已同意",
        ExtensionStatus::Refused => "未同意",
    }
}

#[must_use]
pub fn solved(solved: Solved) -> &'static str {
    match solved {
        Solved::Yes => "已解决",
        Solved::Partly => "部分解决",
        Solved::No => "未解决",
    }
}

#[must_use]
pub fn supervision(level: SupervisionLevel) -> &'static str {
    match level {
        SupervisionLevel::None => "无",
        SupervisionLevel::Unit => "承办单位",
        SupervisionLevel::County => "县（区）人大",
        SupervisionLevel::City => "市人大",
    }
}

#[must_use]
pub fn light(light: Light) -> &'static str {
    match light {
        Light::Green => "正常",
        Light::Yellow => "临期",
        Light::Red => "超期",
    }
}
