//! Pure: 回头看, whether a problem came back after its campaign was closed.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Version of the stored result.
pub const VERSION: u8 = 1;

/// Result of a look-back; stored with the campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookBack {
    pub version: u8,
    pub at: DateTime<FixedOffset>,
    /// Days compared: so many before opening, so many after closing.
    pub days: i64,
    /// New orders of the same kind and place in the days before the campaign was opened.
    pub before: i64,
    /// New orders of the same kind and place in the days after it was closed.
    pub after: i64,
    /// Numbers of the orders after, up to 100.
    pub new_orders: Vec<String>,
    /// Those of them within 50 m of an order of the campaign.
    pub at_same_place: Vec<String>,
    /// 反弹.
    pub rebound: bool,
    /// In a sentence.
    pub summary: String,
}

/// A rebound: there are new orders, and they reach `percent` of those before.
#[must_use]
pub fn is_rebound(before: i64, after: i64, percent: u32) -> bool {
    after > 0 && i128::from(after) * 100 >= i128::from(before) * i128::from(percent)
}

/// The sentence that the committee reads.
#[must_use]
pub fn summary(days: i64, before: i64, after: i64, rebound: bool) -> String {
    let compared = format!("结项后 {days} 天新增同类工单 {after} 件，立项前 {days} 天为 {before} 件");
    let verdict = match (rebound, after) {
        (true, _) => "问题反弹",
        (false, 0) => "没有反弹",
        (false, _) => "明显减少，没有反弹",
    };
    format!("{compared}，{verdict}。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebound_is_measured_by_what_there_was_before() {
        for (before, after, expected) in [
            (0, 0, false),
            (0, 1, true),
            (1, 1, true),
            (4, 1, false),
            (4, 2, true),
            (10, 0, false),
        ] {
            assert_eq!(is_rebound(before, after, 50), expected, "{before} {after}");
        }
        assert!(summary(30, 8, 0, false).contains("没有反弹"));
        assert!(summary(30, 8, 5, true).contains("问题反弹"));
    }
}
