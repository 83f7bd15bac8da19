//! Kinds of queue items and their due times.

use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::deadlines::Policy;

/// In this order where two are due at the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// 退单: a unit says that it is not the right one.
    Returned,
    /// 延期: a unit asks for more time.
    Extension,
    /// 分流: the place is known, the kind of matter is not certain.
    Triage,
    /// 分流: the place is unknown or outside of the city.
    Unmatched,
    /// 人工回访: the delegate has not answered.
    FollowUp,
}

impl QueueKind {
    pub const ALL: [Self; 5] = [
        Self::Returned,
        Self::Extension,
        Self::Triage,
        Self::Unmatched,
        Self::FollowUp,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Extension => "extension",
            Self::Triage => "triage",
            Self::Unmatched => "unmatched",
            Self::FollowUp => "follow_up",
        }
    }

    /// Whether the order waits for a unit.
    #[must_use]
    pub fn wants_unit(self) -> bool {
        matches!(self, Self::Returned | Self::Triage | Self::Unmatched)
    }

    /// Returns the time added to the instant in the row.
    ///
    /// A report without a unit gets the response time of any other; a call is due as soon as a reminder would be.
    /// Returned orders and extensions have a running deadline, whose end is the limit.
    #[must_use]
    pub fn time_limit(self, policy: &Policy) -> TimeDelta {
        match self {
            Self::Returned | Self::Extension => TimeDelta::zero(),
            Self::Triage | Self::Unmatched => TimeDelta::hours(i64::from(policy.clocks.response_hours)),
            Self::FollowUp => TimeDelta::hours(i64::from(policy.follow_up.reminder_hours)),
        }
    }
}

impl FromStr for QueueKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}
