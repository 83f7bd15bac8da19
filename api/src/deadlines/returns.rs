//! 退单: a unit that is not the right one may say so once, within a working day of the dispatch to it, with a reason and,
//! if it knows, the unit that is.
//!
//! The clocks go on. A second return of the same unit is refused, and the operator's decision on where the order
//! belongs is final (终审派单).

use chrono::{DateTime, Utc};

use super::calculator::DeadlineRules;
use crate::error::Refusal;

#[derive(Clone, Copy, Debug)]
pub struct ReturnRequest<'a> {
    /// When the order was dispatched to this unit.
    pub dispatched_to_unit_at: DateTime<Utc>,
    /// How often this unit has returned this order, in any round.
    pub returns_by_unit: u32,
    /// The operator dispatched it with a final decision.
    pub final_dispatch: bool,
    pub reason: &'a str,
    /// The unit proposes itself as the right one.
    pub proposes_itself: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The operator has decided for good.
    FinalDispatch,
    SecondReturn,
    Late,
    NoReason,
    ProposesItself,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::FinalDispatch => "final_dispatch",
            Self::SecondReturn => "second_return",
            Self::Late => "return_late",
            Self::NoReason => "return_needs_reason",
            Self::ProposesItself => "return_proposes_itself",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::FinalDispatch => "本单已由12345终审派单，不能再退回。",
            Self::SecondReturn => "本单位已退回过一次，不能再次退回，由12345终审派单。",
            Self::Late => "退单须在派单后规定的工作日内提出，期限已过。",
            Self::NoReason => "退单须说明理由。",
            Self::ProposesItself => "建议的承办单位不能是本单位。",
        }
        .to_owned()
    }
}

impl DeadlineRules<'_> {
    /// The first instant at which the unit may no longer return the order.
    #[must_use]
    pub fn return_closes_at(self, dispatched_to_unit_at: DateTime<Utc>) -> DateTime<Utc> {
        self.end_of_working_day(dispatched_to_unit_at, self.policy.clocks.return_working_days)
    }

    pub fn may_return(self, returning: ReturnRequest, now: DateTime<Utc>) -> Result<(), Refused> {
        if returning.final_dispatch {
            Err(Refused::FinalDispatch)
        } else if returning.returns_by_unit >= self.policy.clocks.returns_per_unit {
            Err(Refused::SecondReturn)
        } else if now >= self.return_closes_at(returning.dispatched_to_unit_at) {
            Err(Refused::Late)
        } else if returning.reason.trim().is_empty() {
            Err(Refused::NoReason)
        } else if returning.proposes_itself {
            Err(Refused::ProposesItself)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::test_fixtures::{at, under_the_law};

    fn returning() -> ReturnRequest<'static> {
        ReturnRequest {
            dispatched_to_unit_at: at("2025-09-30 17:20"),
            returns_by_unit: 0,
            final_dispatch: false,
            reason: "不属本单位职责",
            proposes_itself: false,
        }
    }

    #[test]
    fn a_unit_may_return_until_the_end_of_the_first_working_day() {
        under_the_law(|law| {
            assert_eq!(law.may_return(returning(), at("2025-09-30 17:21")), Ok(()));
            assert_eq!(
                law.may_return(returning(), at("2025-10-09 23:59")),
                Ok(()),
                "the holiday does not count"
            );
            assert_eq!(
                law.may_return(returning(), at("2025-10-10 00:00")),
                Err(Refused::Late)
            );
        });
    }

    #[test]
    fn a_second_return_is_refused_by_name() {
        under_the_law(|law| {
            let second = ReturnRequest {
                returns_by_unit: 1,
                ..returning()
            };
            assert_eq!(
                law.may_return(second, at("2025-09-30 17:21")),
                Err(Refused::SecondReturn)
            );
        });
    }

    #[test]
    fn a_final_dispatch_is_final_for_a_unit_that_never_returned_too() {
        under_the_law(|law| {
            let last = ReturnRequest {
                final_dispatch: true,
                ..returning()
            };
            assert_eq!(
                law.may_return(last, at("2025-09-30 17:21")),
                Err(Refused::FinalDispatch)
            );
        });
    }

    #[test]
    fn a_return_says_why_and_proposes_another_unit() {
        under_the_law(|law| {
            let now = at("2025-09-30 17:21");
            assert_eq!(
                law.may_return(
                    ReturnRequest {
                        reason: " ",
                        ..returning()
                    },
                    now
                ),
                Err(Refused::NoReason)
            );
            let itself = ReturnRequest {
                proposes_itself: true,
                ..returning()
            };
            assert_eq!(law.may_return(itself, now), Err(Refused::ProposesItself));
        });
    }
}
