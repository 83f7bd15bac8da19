//! The state of a supervision order's answer.

use std::str::FromStr;

/// The state of a supervision order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not answered, overdue or not.
    Open,
    Overdue,
    Answered,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Open, Self::Overdue, Self::Answered];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Answered => "answered",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}
