//! Pure: who may play a video before, and after, a person has looked at it.

use entity::kinds::{ActorRole, ContentCheck, Role};

/// A reader who may see the video's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Operators and administrators, who review.
    Reviewer,
    /// The unit that handles the matter.
    Handler,
    Other,
}

impl From<Role> for Reader {
    fn from(role: Role) -> Self {
        match role {
            Role::Operator | Role::Admin => Self::Reviewer,
            Role::Handler => Self::Handler,
            Role::Delegate | Role::Supervisor => Self::Other,
        }
    }
}

impl From<ActorRole> for Reader {
    fn from(role: ActorRole) -> Self {
        match role {
            ActorRole::Operator | ActorRole::Admin => Self::Reviewer,
            ActorRole::Handler => Self::Handler,
            ActorRole::Delegate | ActorRole::Supervisor | ActorRole::System | ActorRole::Resident => {
                Self::Other
            }
        }
    }
}

/// Whether the reader gets a link to the video and to its poster.
#[must_use]
pub fn may_play(review: ContentCheck, reader: Reader) -> bool {
    match review {
        ContentCheck::Pass => true,
        ContentCheck::Risky => reader == Reader::Reviewer,
        ContentCheck::Pending | ContentCheck::Review | ContentCheck::Unavailable => reader != Reader::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_it_is_passed_only_reviewers_and_the_unit_play_it() {
        use ContentCheck::{Pass, Risky, Unavailable};
        for (review, reader, may) in [
            (Unavailable, Reader::Reviewer, true),
            (Unavailable, Reader::Handler, true),
            (Unavailable, Reader::Other, false),
            (Risky, Reader::Reviewer, true),
            (Risky, Reader::Handler, false),
            (Risky, Reader::Other, false),
            (Pass, Reader::Other, true),
        ] {
            assert_eq!(may_play(review, reader), may, "{review:?} {reader:?}");
        }
    }
}
