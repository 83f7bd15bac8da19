//! Pure: the city's policy: hours and working days of each step, read from `policy.toml` of the city pack.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The sections of `policy.toml` that set time. Other sections belong to other capabilities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub clocks: ClockPolicy,
    pub follow_up: FollowUp,
    pub supervision: Supervision,
}

/// 限时办理.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockPolicy {
    /// The time zone in which working days end at midnight.
    #[serde(with = "zone_name")]
    pub time_zone: Tz,
    /// 响应: elapsed hours from dispatch to `accept`.
    pub response_hours: u32,
    /// 办结: working days after the day of dispatch to `reply`.
    pub resolution_working_days: u32,
    /// 补充办理: working days after a verdict of basically satisfied.
    pub supplementary_working_days: u32,
    /// How often a matter may be extended in one round.
    pub extension_max_count: u32,
    /// The most working days one extension gives.
    pub extension_working_days: u32,
    /// The most working days after dispatch, extensions included.
    pub max_working_days: u32,
    /// True: an extension that the rules allow is granted as it is asked for.
    pub extension_granted_automatically: bool,
    /// 退单: working days after the dispatch to the unit in which it may return the order.
    pub return_working_days: u32,
    /// How often one unit may return one order; after that the operator decides (终审派单).
    pub returns_per_unit: u32,
    /// Yellow this long before the response is due.
    pub response_yellow_hours: u32,
    /// Yellow this long before the resolution, or the supplementary handling, is due.
    pub resolution_yellow_hours: u32,
}

/// 效果评估.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// Hours from the asking to the reminder.
    pub reminder_hours: u32,
    /// Working days without an answer after which an operator calls.
    pub manual_after_working_days: u32,
    /// Calls without reaching the delegate after which the order is closed as 未评价.
    pub manual_tries: u32,
    /// Hours between two of them; an earlier call does not count.
    #[serde(default = "two")]
    pub manual_gap_hours: u32,
    /// Working days over which they must be spread.
    #[serde(default = "two")]
    pub manual_days: u32,
    /// Days after closing in which its delegate may reopen (反弹).
    pub reopen_days: u32,
    /// Hours from a supplementary reply to asking the delegate again.
    pub asked_again_after_hours: u32,
}

/// 多级督办.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supervision {
    /// Minutes between two urges of one order by people.
    pub urge_min_interval_minutes: u32,
    /// Working days to answer a supervision order that names no date.
    pub order_due_working_days: u32,
    /// The most working days that a supervision order may give.
    #[serde(default = "ninety")]
    pub order_longest_working_days: u32,
    /// Delegates behind one matter (its reporter and those who endorse it) that raise the level by one.
    pub delegates_to_raise: u32,
}

const fn ninety() -> u32 {
    90
}

const fn two() -> u32 {
    2
}

/// An invalid number, with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    pub key: &'static str,
    pub why: String,
}

impl std::fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.key, self.why)
    }
}

impl std::error::Error for PolicyFault {}

/// A limit far above any city's rules, which catches slips such as 24000.
const MAX_POLICY_VALUE: u32 = 366;

impl Policy {
    /// Names the first number that is missing its meaning.
    pub fn check(&self) -> Result<(), PolicyFault> {
        let (clocks, follow_up, supervision) = (&self.clocks, &self.follow_up, &self.supervision);
        let at_least_one = [
            ("clocks.response_hours", clocks.response_hours),
            ("clocks.resolution_working_days", clocks.resolution_working_days),
            (
                "clocks.supplementary_working_days",
                clocks.supplementary_working_days,
            ),
            ("clocks.max_working_days", clocks.max_working_days),
            ("clocks.return_working_days", clocks.return_working_days),
            ("clocks.returns_per_unit", clocks.returns_per_unit),
            ("follow_up.reminder_hours", follow_up.reminder_hours),
            (
                "follow_up.manual_after_working_days",
                follow_up.manual_after_working_days,
            ),
            ("follow_up.manual_tries", follow_up.manual_tries),
            ("follow_up.reopen_days", follow_up.reopen_days),
            (
                "supervision.order_due_working_days",
                supervision.order_due_working_days,
            ),
        ];
        for (key, number) in at_least_one {
            within(key, number, 1, MAX_POLICY_VALUE)?;
        }
        within(
            "clocks.extension_max_count",
            clocks.extension_max_count,
            0,
            MAX_POLICY_VALUE,
        )?;
        within(
            "follow_up.manual_gap_hours",
            follow_up.manual_gap_hours,
            0,
            24 * 7,
        )?;
        within(
            "follow_up.manual_days",
            follow_up.manual_days,
            1,
            follow_up.manual_tries,
        )?;
        within(
            "follow_up.asked_again_after_hours",
            follow_up.asked_again_after_hours,
            0,
            24 * MAX_POLICY_VALUE,
        )?;
        within(
            "supervision.order_longest_working_days",
            supervision.order_longest_working_days,
            supervision.order_due_working_days,
            MAX_POLICY_VALUE,
        )?;
        let minutes_in_a_week = 7 * 24 * 60;
        within(
            "supervision.urge_min_interval_minutes",
            supervision.urge_min_interval_minutes,
            0,
            minutes_in_a_week,
        )?;
        within(
            "supervision.delegates_to_raise",
            supervision.delegates_to_raise,
            2,
            u32::MAX,
        )?;
        clocks.check_together()
    }
}

impl ClockPolicy {
    /// Checks numbers that depend on each other.
    fn check_together(&self) -> Result<(), PolicyFault> {
        let (days, most) = (self.resolution_working_days, self.max_working_days);
        within("clocks.max_working_days", most, days, MAX_POLICY_VALUE)?;
        if self.extension_max_count > 0 {
            within(
                "clocks.extension_working_days",
                self.extension_working_days,
                1,
                MAX_POLICY_VALUE,
            )?;
        }
        within(
            "clocks.response_yellow_hours",
            self.response_yellow_hours,
            1,
            self.response_hours,
        )?;
        let shortest_hours = 24 * days.min(self.supplementary_working_days);
        within(
            "clocks.resolution_yellow_hours",
            self.resolution_yellow_hours,
            1,
            shortest_hours,
        )
    }
}

fn within(key: &'static str, number: u32, least: u32, most: u32) -> Result<(), PolicyFault> {
    if (least..=most).contains(&number) {
        return Ok(());
    }
    let why = if number < least {
        format!("{number} is less than {least}")
    } else {
        format!("{number} is more than {most}")
    };
    Err(PolicyFault { key, why })
}

/// A time zone is written as its name in the tz database: `Asia/Shanghai`.
mod zone_name {
    use chrono_tz::Tz;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(zone.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse()
            .map_err(|_| D::Error::custom(format!("time_zone: no zone is called {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::test_fixtures::policy;

    #[test]
    fn the_citys_policy_is_the_law_of_the_design() {
        let Policy {
            clocks, follow_up, ..
        } = policy();
        assert_eq!(clocks.time_zone, chrono_tz::Asia::Shanghai);
        assert_eq!((clocks.response_hours, clocks.resolution_working_days), (24, 3));
        assert_eq!(
            (
                clocks.extension_max_count,
                clocks.extension_working_days,
                clocks.max_working_days
            ),
            (2, 3, 9)
        );
        assert_eq!(
            (clocks.response_yellow_hours, clocks.resolution_yellow_hours),
            (4, 24)
        );
        assert_eq!((clocks.return_working_days, clocks.returns_per_unit), (1, 1));
        assert_eq!(
            (follow_up.reminder_hours, follow_up.manual_after_working_days),
            (24, 3)
        );
        assert_eq!((follow_up.manual_tries, follow_up.reopen_days), (3, 30));
        assert_eq!((follow_up.manual_gap_hours, follow_up.manual_days), (2, 2));
    }

    #[test]
    fn a_number_that_cannot_be_right_is_named_by_its_key() {
        let fault = |change: fn(&mut Policy)| {
            let mut policy = policy();
            change(&mut policy);
            policy.check().unwrap_err().to_string()
        };
        type Slip = fn(&mut Policy);
        let cases: [(Slip, &str); 8] = [
            (
                |p| p.follow_up.manual_days = 4,
                "follow_up.manual_days: 4 is more than 3",
            ),
            (
                |p| p.clocks.response_hours = 0,
                "clocks.response_hours: 0 is less than 1",
            ),
            (
                |p| p.clocks.resolution_working_days = 24_000,
                "clocks.resolution_working_days: 24000 is more than 366",
            ),
            (
                |p| p.clocks.max_working_days = 2,
                "clocks.max_working_days: 2 is less than 3",
            ),
            (
                |p| p.clocks.extension_working_days = 0,
                "clocks.extension_working_days: 0 is less than 1",
            ),
            (
                |p| p.clocks.response_yellow_hours = 25,
                "clocks.response_yellow_hours: 25 is more than 24",
            ),
            (
                |p| p.clocks.resolution_yellow_hours = 73,
                "clocks.resolution_yellow_hours: 73 is more than 72",
            ),
            (
                |p| p.supervision.delegates_to_raise = 1,
                "supervision.delegates_to_raise: 1 is less than 2",
            ),
        ];
        for (change, expected) in cases {
            assert_eq!(fault(change), expected);
        }
    }
}
