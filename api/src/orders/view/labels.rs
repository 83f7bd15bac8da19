//! Words about the values of an order. Their labels stand beside the enums.

use entity::kinds::ClockKind;

/// Returns the task of a unit before the deadline.
#[must_use]
pub fn clock_task(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Response => "签收",
        ClockKind::Resolution => "办理",
        ClockKind::Supplementary => "补充办理",
    }
}
