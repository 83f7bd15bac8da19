//! Pure: the delays before a failed call is repeated, and the time after which a failing endpoint is disabled.
//!
//! Time and chance are arguments.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::CallFault;

/// Seconds before each repetition: 13 tries in about three days.
const DELAYS_SECS: [i64; 12] = [
    5, 30, 120, 600, 1_800, 7_200, 18_000, 28_800, 43_200, 50_400, 54_000, 57_600,
];
/// A delay is lengthened by up to this share, which spreads the repetitions of calls that failed together.
const JITTER: f64 = 0.2;
/// An endpoint is disabled after failing for this time.
pub const DISABLED_AFTER: TimeDelta = TimeDelta::days(5);

/// The result of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// 2xx.
    Delivered { status: u16 },
    /// 410: the receiver wants no more calls.
    Gone,
    /// Any other status, a redirect included.
    Refused { status: u16 },
    /// No answer.
    Unreachable(CallFault),
}

/// Returns why a call failed, in the words of an administrator. Takes the stored name of a [`CallFault`]; another text, such as
/// `HTTP 500`, is returned as it is.
#[must_use]
pub fn failure_text(stored: String) -> String {
    // Rows of older releases have blanks in the names.
    let fault = stored.replace(' ', "_").parse::<CallFault>();
    fault.map_or(stored, |fault| fault.label().to_owned())
}

/// The next step after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    Done,
    RetryAt(DateTime<Utc>),
    /// The last try has failed.
    GiveUp,
    DisableEndpoint,
}

/// Decides after the `attempts`-th call (counted from 1). `chance` is between 0 and 1.
#[must_use]
pub fn after_call(result: &CallResult, attempts: usize, now: DateTime<Utc>, chance: f64) -> NextStep {
    match result {
        CallResult::Delivered { .. } => NextStep::Done,
        CallResult::Gone => NextStep::DisableEndpoint,
        CallResult::Refused { .. } | CallResult::Unreachable(_) => {
            match DELAYS_SECS.get(attempts.saturating_sub(1)) {
                Some(secs) => {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_precision_loss,
                        reason = "below a day in milliseconds"
                    )]
                    let jitter = (*secs as f64 * 1_000.0 * JITTER * chance) as i64;
                    NextStep::RetryAt(now + TimeDelta::seconds(*secs) + TimeDelta::milliseconds(jitter))
                }
                None => NextStep::GiveUp,
            }
        }
    }
}

/// Returns `true` if an endpoint that has failed since `failing_since` without a success must be disabled now.
#[must_use]
pub fn is_given_up(failing_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - failing_since >= DISABLED_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: CallResult = CallResult::Refused { status: 500 };

    #[test]
    fn calls_are_repeated_for_three_days_and_then_given_up() {
        let start = DateTime::UNIX_EPOCH;
        let mut now = start;
        let mut attempts = 1;
        while let NextStep::RetryAt(at) = after_call(&REFUSED, attempts, now, 0.0) {
            assert!(at > now);
            now = at;
            attempts += 1;
        }
        assert_eq!(attempts, 13);
        let days = (now - start).num_hours() / 24;
        assert_eq!(days, 3);
    }

    #[test]
    fn a_failure_is_told_in_words() {
        assert_eq!(failure_text("timeout".to_owned()), "对方超时未应答");
        assert_eq!(failure_text("connection failed".to_owned()), "连接不上对方");
        assert_eq!(failure_text("HTTP 503".to_owned()), "HTTP 503");
    }

    #[test]
    fn a_receiver_that_is_gone_is_not_called_again() {
        let step = after_call(&CallResult::Gone, 1, DateTime::UNIX_EPOCH, 0.5);
        assert_eq!(step, NextStep::DisableEndpoint);
    }

    #[test]
    fn chance_only_lengthens_a_delay() {
        let now = DateTime::UNIX_EPOCH;
        let at = |chance| match after_call(&REFUSED, 3, now, chance) {
            NextStep::RetryAt(at) => at - now,
            other => panic!("{other:?}"),
        };
        assert_eq!(at(0.0), TimeDelta::seconds(120));
        assert_eq!(at(1.0), TimeDelta::seconds(144));
    }
}
