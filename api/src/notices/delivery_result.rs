//! The meaning of WeChat's response to a push.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::wechat::CallError;
use crate::wechat::calls::message::Accepted;

/// 15 s, 30 s, 1 min … half an hour.
const FIRST_BACKOFF_SECS: i64 = 15;
const MAX_BACKOFF_SECS: i64 = 30 * 60;
const ONE_AT_A_TIME_SECS: i64 = 2;
const RATE_LIMIT_SECS: i64 = 60;
/// Delay after midnight, when the daily quota restarts; retries are spread after it.
const AFTER_MIDNIGHT: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// WeChat accepted it.
    Sent { message_id: Option<String> },
    /// 43101: an ordinary end.
    NotSubscribed,
    /// WeChat may have it. It is never sent again; the sent event settles it.
    Unknown,
    /// A retry would not help.
    Failed { errcode: Option<i32> },
    /// WeChat has not carried it out; it is tried again.
    Later { at: DateTime<Utc>, errcode: Option<i32> },
}

/// `attempts` counts this one.
#[must_use]
pub fn judge(sent: &Result<Accepted, CallError>, attempts: i32, now: DateTime<Utc>, zone: Tz) -> Outcome {
    let error = match sent {
        Ok(accepted) => {
            let message_id = accepted.msgid.clone();
            return Outcome::Sent { message_id };
        }
        Err(error) => error,
    };
    if error.may_have_happened() {
        return Outcome::Unknown;
    }
    let errcode = error.errcode().and_then(|code| i32::try_from(code).ok());
    let later = |at| Outcome::Later { at, errcode };
    match errcode {
        Some(43101) => Outcome::NotSubscribed,
        // openid, template, page, banned, word, field, request
        Some(40003 | 40037 | 41030 | 43107 | 45168 | 47001 | 47003) => Outcome::Failed { errcode },
        Some(43108) => later(now + TimeDelta::seconds(ONE_AT_A_TIME_SECS * i64::from(attempts.clamp(1, 15)))),
        Some(45009) => later(next_midnight(now, zone) + AFTER_MIDNIGHT),
        Some(45011 | 44990 | 44991) => later(now + TimeDelta::seconds(RATE_LIMIT_SECS)),
        _ => later(now + backoff(attempts)),
    }
}

fn backoff(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    TimeDelta::seconds((FIRST_BACKOFF_SECS << doublings).min(MAX_BACKOFF_SECS))
}

fn next_midnight(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let tomorrow = now
        .with_timezone(&zone)
        .date_naive()
        .checked_add_days(Days::new(1));
    let midnight =
        tomorrow.and_then(|day| zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest());
    midnight.map_or(now + TimeDelta::days(1), |midnight| midnight.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::error::RefusedCall;

    fn refused(errcode: i64) -> Result<Accepted, CallError> {
        Err(CallError::Refused(RefusedCall::new(errcode, "")))
    }

    fn now() -> DateTime<Utc> {
        "2025-09-08T02:00:00Z".parse().unwrap()
    }

    fn judged(sent: &Result<Accepted, CallError>, attempts: i32) -> Outcome {
        judge(sent, attempts, now(), chrono_tz::Asia::Shanghai)
    }

    fn wait(sent: &Result<Accepted, CallError>, attempts: i32) -> i64 {
        match judged(sent, attempts) {
            Outcome::Later { at, .. } => (at - now()).num_seconds(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_may_have_arrived_is_never_sent_again() {
        assert_eq!(judged(&Err(CallError::TimedOut), 1), Outcome::Unknown);
        assert_eq!(
            judged(&Err(CallError::Unreadable { status: 502 }), 1),
            Outcome::Unknown
        );
    }

    #[test]
    fn not_subscribed_is_an_ordinary_end_and_a_bad_field_is_not() {
        assert_eq!(judged(&refused(43101), 1), Outcome::NotSubscribed);
        for errcode in [40003, 40037, 47003] {
            let failed = Outcome::Failed {
                errcode: i32::try_from(errcode).ok(),
            };
            assert_eq!(judged(&refused(errcode), 1), failed);
        }
    }

    #[test]
    fn what_wechat_did_not_carry_out_is_tried_later() {
        // busy and unreachable: doubling, half an hour at most
        assert_eq!(wait(&Err(CallError::Busy), 1), 15);
        assert_eq!(wait(&Err(CallError::Unavailable), 3), 60);
        assert_eq!(wait(&Err(CallError::Unavailable), 99), 1800);
        // a token that WeChat refuses repeatedly
        assert_eq!(wait(&refused(40001), 2), 30);
        // another message to the same person is under way
        assert_eq!(wait(&refused(43108), 1), 2);
        assert_eq!(wait(&refused(45011), 1), 60);
        // 10:00 in the city: fourteen hours to midnight, and five minutes
        assert_eq!(wait(&refused(45009), 1), 14 * 3600 + 300);
    }
}
