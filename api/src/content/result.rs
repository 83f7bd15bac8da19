//! Pure: the result of a whole from its parts, and the time of the next check.

use chrono::TimeDelta;
use entity::kinds::ContentCheck;

use crate::wechat::CallError;
use crate::wechat::calls::content::Suggestion;

/// 1 + 2 + 4 + 8 + 16 + 32 minutes: the last attempt is within the two hours in which WeChat accepts an openid.
pub const MAX_ATTEMPTS: i32 = 7;
/// WeChat pushes its verdict on a picture within 30 minutes.
pub const IMAGE_TIMEOUT: TimeDelta = TimeDelta::minutes(35);
/// A picture without a verdict is sent in once more.
pub const MAX_IMAGE_SUBMISSIONS: i32 = 2;

/// The next step after a call without a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Retry(TimeDelta),
    /// Left to a person.
    GiveUp,
}

#[must_use]
pub fn from_suggestion(suggestion: Suggestion) -> ContentCheck {
    match suggestion {
        Suggestion::Pass => ContentCheck::Pass,
        Suggestion::Review => ContentCheck::Review,
        Suggestion::Risky => ContentCheck::Risky,
    }
}

/// The whole is as bad as its worst part. One risky part settles it; else nothing is settled while a part is
/// still being looked at.
#[must_use]
pub fn worst_of(parts: impl IntoIterator<Item = ContentCheck>) -> ContentCheck {
    let weight = |state: &ContentCheck| match state {
        ContentCheck::Pass => 0,
        ContentCheck::Unavailable => 1,
        ContentCheck::Review => 2,
        ContentCheck::Pending => 3,
        ContentCheck::Risky => 4,
    };
    let worst = parts.into_iter().max_by_key(weight);
    worst.unwrap_or(ContentCheck::Pass)
}

/// Whether a person has to look.
#[must_use]
pub fn needs_review(state: ContentCheck) -> bool {
    matches!(state, ContentCheck::Review | ContentCheck::Unavailable)
}

/// `tries`: calls made so far, this one included. Asking twice does no harm, so a call that may have
/// happened is repeated too.
#[must_use]
pub fn after(error: &CallError, tries: i32) -> Next {
    let hopeless = match error.errcode() {
        // Unknown person, idle for two hours, unsupported content, missing permission, daily limit.
        Some(40003 | 40004 | 40129 | 43104 | 45009 | 47001 | 48001 | 61010) => true,
        Some(_) | None => false,
    };
    if hopeless || tries >= MAX_ATTEMPTS {
        return Next::GiveUp;
    }
    Next::Retry(TimeDelta::minutes(
        1_i64 << tries.clamp(1, MAX_ATTEMPTS).saturating_sub(1),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::error::RefusedCall;

    #[test]
    fn the_whole_is_as_bad_as_its_worst_part() {
        use ContentCheck::{Pass, Pending, Review, Risky, Unavailable};
        for (parts, whole) in [
            (vec![], Pass),
            (vec![Pass, Pass], Pass),
            (vec![Pass, Review], Review),
            (vec![Unavailable, Pass], Unavailable),
            // Still being looked at: not yet a person's business.
            (vec![Review, Pending], Pending),
            // No verdict on the rest makes a risky part harmless.
            (vec![Pending, Risky, Pass], Risky),
        ] {
            assert_eq!(worst_of(parts.clone()), whole, "{parts:?}");
        }
    }

    #[test]
    fn wechat_is_asked_again_for_an_hour_and_then_no_more() {
        let minutes: Vec<_> = (1..=MAX_ATTEMPTS)
            .map(|tries| after(&CallError::TimedOut, tries))
            .collect();
        let expected = [1, 2, 4, 8, 16, 32].map(|minutes| Next::Retry(TimeDelta::minutes(minutes)));
        assert_eq!(minutes[..6], expected);
        assert_eq!(minutes[6], Next::GiveUp);
    }

    #[test]
    fn what_wechat_will_never_take_is_left_to_a_person_at_once() {
        let refused = |errcode| CallError::Refused(RefusedCall::new(errcode, ""));
        for errcode in [61010, 43104, 40003, 45009] {
            assert_eq!(after(&refused(errcode), 1), Next::GiveUp, "{errcode}");
        }
        for errcode in [44991, 87020, 40001] {
            assert_ne!(after(&refused(errcode), 1), Next::GiveUp, "{errcode}");
        }
    }
}
