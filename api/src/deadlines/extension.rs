//! 延期: a unit asks for more working days, with a reason and before the due time; an operator decides. Only the
//! resolution clock moves, at most so often and so far as the policy says, and never backwards.

use chrono::{DateTime, Utc};
use entity::kinds::ClockKind;

use super::calculator::{Deadline, DeadlineRules};
use crate::error::Refusal;

/// A request for an extension, with the earlier ones of the round.
#[derive(Clone, Copy, Debug)]
pub struct ExtensionRequest<'a> {
    pub clock: &'a Deadline,
    /// Extensions granted in this round; those refused do not count.
    pub granted: u32,
    /// An extension is waiting for the operator's decision.
    pub pending: bool,
    pub reason: &'a str,
    /// Working days; none takes what one extension may give.
    pub days: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The clock is not a running resolution clock.
    NotOpen,
    TooManyExtensions {
        max: u32,
    },
    Late,
    Pending,
    NoReason,
    NoDays,
    /// The total would pass the most that any order may take.
    BeyondMaximum {
        max: u32,
    },
    /// More than one extension may give.
    TooLong {
        max: u32,
    },
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::NotOpen => "extension_not_open",
            Self::TooManyExtensions { .. } => "third_extension",
            Self::Late => "extension_late",
            Self::Pending => "extension_pending",
            Self::NoReason => "extension_needs_reason",
            Self::NoDays => "extension_needs_days",
            Self::BeyondMaximum { .. } => "extension_beyond_maximum",
            Self::TooLong { .. } => "extension_too_long",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotOpen => "当前没有正在计时的办理期限，不能申请延期。".to_owned(),
            Self::TooManyExtensions { max } => format!("每次办理最多延期{max}次，已经用完。"),
            Self::Late => "办理期限已过，延期须在到期前申请。".to_owned(),
            Self::Pending => "已有一项延期申请等待审批。".to_owned(),
            Self::NoReason => "申请延期须说明理由。".to_owned(),
            Self::NoDays => "延期至少一个工作日。".to_owned(),
            Self::BeyondMaximum { max } => format!("延期后将超过自派单起最长{max}个工作日的限度。"),
            Self::TooLong { max } => format!("每次延期最多{max}个工作日。"),
        }
    }
}

impl DeadlineRules<'_> {
    /// Returns the number of working days that may be requested, or the reason for a refusal.
    pub fn ask_extension(self, asked: ExtensionRequest, now: DateTime<Utc>) -> Result<u32, Refused> {
        let clocks = &self.policy.clocks;
        check_extendable(asked.clock)?;
        if asked.granted >= clocks.extension_max_count {
            return Err(Refused::TooManyExtensions {
                max: clocks.extension_max_count,
            });
        }
        if now >= asked.clock.due_at {
            return Err(Refused::Late);
        }
        if asked.pending {
            return Err(Refused::Pending);
        }
        if asked.reason.trim().is_empty() {
            return Err(Refused::NoReason);
        }
        let left = self.days_left(asked.clock);
        let days = asked
            .days
            .unwrap_or(clocks.extension_working_days.min(left).max(1));
        self.check_days(asked.clock, days)?;
        Ok(days)
    }

    /// Returns the extended deadline. The decision may be after the due time if the request was before it.
    pub fn grant_extension(self, clock: &Deadline, granted: u32, days: u32) -> Result<Deadline, Refused> {
        check_extendable(clock)?;
        let max = self.policy.clocks.extension_max_count;
        if granted >= max {
            return Err(Refused::TooManyExtensions { max });
        }
        self.check_days(clock, days)?;
        Ok(self.extended(clock, days))
    }

    fn check_days(self, clock: &Deadline, days: u32) -> Result<(), Refused> {
        let clocks = &self.policy.clocks;
        if days == 0 {
            Err(Refused::NoDays)
        } else if days > self.days_left(clock) {
            Err(Refused::BeyondMaximum {
                max: clocks.max_working_days,
            })
        } else if days > clocks.extension_working_days {
            Err(Refused::TooLong {
                max: clocks.extension_working_days,
            })
        } else {
            Ok(())
        }
    }

    /// Working days between the clock's due day and the latest that any order may take.
    fn days_left(self, clock: &Deadline) -> u32 {
        self.policy
            .clocks
            .max_working_days
            .saturating_sub(clock.explanation.rule.working_days())
    }
}

fn check_extendable(clock: &Deadline) -> Result<(), Refused> {
    if clock.kind == ClockKind::Resolution && clock.stopped_at.is_none() {
        Ok(())
    } else {
        Err(Refused::NotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::Policy;
    use crate::deadlines::test_fixtures::{at, calendar, policy, shown, under_the_law};

    const REASON: &str = "需跨部门会商";

    fn asked(clock: &Deadline, granted: u32) -> ExtensionRequest<'_> {
        ExtensionRequest {
            clock,
            granted,
            pending: false,
            reason: REASON,
            days: None,
        }
    }

    #[test]
    fn two_extensions_bring_a_matter_to_the_ninth_working_day() {
        under_the_law(|law| {
            let now = at("2025-09-09 09:00");
            let first = law.resolution(1, at("2025-09-08 10:00"));
            assert_eq!(shown(first.due_at), "2025-09-12 00:00", "Thursday, 24:00");
            assert_eq!(law.ask_extension(asked(&first, 0), now), Ok(3));
            let second = law.grant_extension(&first, 0, 3).unwrap();
            assert_eq!(
                shown(second.due_at),
                "2025-09-17 00:00",
                "the weekend is left out"
            );
            assert_eq!(law.ask_extension(asked(&second, 1), now), Ok(3));
            let third = law.grant_extension(&second, 1, 3).unwrap();
            assert_eq!(
                shown(third.due_at),
                "2025-09-20 00:00",
                "the ninth working day is Friday the 19th"
            );
            assert_eq!(third.explanation.rule.working_days(), 9);
            assert!(
                third
                    .explanation
                    .text
                    .contains("限3个工作日，延期3个工作日，延期3个工作日")
            );
        });
    }

    #[test]
    fn a_third_extension_is_refused_by_name() {
        under_the_law(|law| {
            let clock = law.extended(&law.extended(&law.resolution(1, at("2025-09-08 10:00")), 1), 1);
            let asked = ExtensionRequest {
                days: Some(1),
                ..asked(&clock, 2)
            };
            assert_eq!(
                law.ask_extension(asked, at("2025-09-09 09:00")),
                Err(Refused::TooManyExtensions { max: 2 })
            );
            assert_eq!(
                law.grant_extension(&clock, 2, 1),
                Err(Refused::TooManyExtensions { max: 2 })
            );
        });
    }

    #[test]
    fn a_late_extension_is_refused_by_name() {
        under_the_law(|law| {
            let clock = law.resolution(1, at("2025-09-08 10:00"));
            assert_eq!(law.ask_extension(asked(&clock, 0), at("2025-09-11 23:59")), Ok(3));
            assert_eq!(
                law.ask_extension(asked(&clock, 0), at("2025-09-12 00:00")),
                Err(Refused::Late)
            );
        });
    }

    #[test]
    fn an_extension_asked_in_time_may_be_granted_late() {
        under_the_law(|law| {
            let clock = law.resolution(1, at("2025-09-08 10:00"));
            // The operator comes to it on the 15th; the clock still counts from the dispatch.
            assert_eq!(
                shown(law.grant_extension(&clock, 0, 3).unwrap().due_at),
                "2025-09-17 00:00"
            );
        });
    }

    #[test]
    fn an_extension_past_nine_working_days_is_refused_by_name() {
        under_the_law(|law| {
            let now = at("2025-09-09 09:00");
            let clock = law.resolution(1, at("2025-09-08 10:00"));
            let days = |days| {
                law.ask_extension(
                    ExtensionRequest {
                        days: Some(days),
                        ..asked(&clock, 0)
                    },
                    now,
                )
            };
            assert_eq!(days(7), Err(Refused::BeyondMaximum { max: 9 }));
            assert_eq!(days(4), Err(Refused::TooLong { max: 3 }));
            assert_eq!(days(0), Err(Refused::NoDays));
            assert_eq!(days(1), Ok(1));
        });
    }

    #[test]
    fn where_fewer_days_are_left_than_an_extension_gives_the_rest_is_given() {
        let policy = Policy {
            clocks: crate::deadlines::policy::ClockPolicy {
                max_working_days: 5,
                ..policy().clocks
            },
            ..policy()
        };
        let calendar = calendar();
        let law = DeadlineRules {
            policy: &policy,
            calendar: &calendar,
        };
        let clock = law.resolution(1, at("2025-09-08 10:00"));
        assert_eq!(law.ask_extension(asked(&clock, 0), at("2025-09-09 09:00")), Ok(2));
        let clock = law.grant_extension(&clock, 0, 2).unwrap();
        let refused = law.ask_extension(asked(&clock, 1), at("2025-09-09 09:00"));
        assert_eq!(refused, Err(Refused::BeyondMaximum { max: 5 }));
    }

    #[test]
    fn only_a_running_resolution_clock_can_be_extended() {
        under_the_law(|law| {
            let now = at("2025-09-08 11:00");
            let [response, resolution] = law.start_round(1, at("2025-09-08 10:00"));
            let stopped = Deadline {
                stopped_at: Some(now),
                ..resolution
            };
            let supplementary = law.supplementary(1, at("2025-09-08 10:00"));
            for clock in [&response, &stopped, &supplementary] {
                assert_eq!(law.ask_extension(asked(clock, 0), now), Err(Refused::NotOpen));
                assert_eq!(law.grant_extension(clock, 0, 3), Err(Refused::NotOpen));
            }
        });
    }

    #[test]
    fn one_question_at_a_time_and_never_without_a_reason() {
        under_the_law(|law| {
            let now = at("2025-09-09 09:00");
            let clock = law.resolution(1, at("2025-09-08 10:00"));
            let pending = ExtensionRequest {
                pending: true,
                ..asked(&clock, 0)
            };
            assert_eq!(law.ask_extension(pending, now), Err(Refused::Pending));
            let silent = ExtensionRequest {
                reason: " \u{3000}",
                ..asked(&clock, 0)
            };
            assert_eq!(law.ask_extension(silent, now), Err(Refused::NoReason));
        });
    }
}
