//! Pure: which calls in vain count towards closing an order as 未评价.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::deadlines::policy::FollowUp;

/// The calls in vain so far that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallsInVain {
    pub tries: i32,
    pub last: Option<(DateTime<Utc>, NaiveDate)>,
    /// Working days on which they were made.
    pub days: i32,
}

/// A call that has not reached the delegate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub at: DateTime<Utc>,
    /// The city's date.
    pub date: NaiveDate,
    pub on_working_day: bool,
    /// The delegate still has time to answer the automatic follow-up.
    pub delegate_has_time: bool,
}

/// The weight of a call in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Yes {
        tries: i32,
        days: i32,
        /// The order is closed as 未评价.
        closes: bool,
    },
    /// The delegate may still answer on their own.
    DelegateHasTime,
    /// Too soon after the last call; from then on a call counts.
    TooSoon { from: DateTime<Utc> },
}

#[must_use]
pub fn count(policy: &FollowUp, before: CallsInVain, call: Attempt) -> Counted {
    if call.delegate_has_time {
        return Counted::DelegateHasTime;
    }
    let gap = TimeDelta::hours(i64::from(policy.manual_gap_hours));
    if let Some(from) = before.last.map(|(at, _)| at + gap).filter(|from| call.at < *from) {
        return Counted::TooSoon { from };
    }
    let tries = before.tries.saturating_add(1);
    let new_day = call.on_working_day && before.last.is_none_or(|(_, date)| date != call.date);
    let days = before.days.saturating_add(i32::from(new_day));
    let enough = |number: i32, least: u32| i64::from(number) >= i64::from(least);
    Counted::Yes {
        tries,
        days,
        closes: enough(tries, policy.manual_tries) && enough(days, policy.manual_days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::test_fixtures::policy;

    fn call(text: &str, on_working_day: bool) -> Attempt {
        let at = DateTime::parse_from_rfc3339(text).unwrap();
        Attempt {
            at: at.to_utc(),
            date: at.date_naive(),
            on_working_day,
            delegate_has_time: false,
        }
    }

    /// Tries, days and the end after these calls.
    fn after(calls: &[Attempt]) -> (i32, i32, bool) {
        let (mut before, mut closed) = (CallsInVain::default(), false);
        for call in calls {
            if let Counted::Yes { tries, days, closes } = count(&policy().follow_up, before, *call) {
                closed |= closes;
                before = CallsInVain {
                    tries,
                    days,
                    last: Some((call.at, call.date)),
                };
            }
        }
        (before.tries, before.days, closed)
    }

    #[test]
    fn three_calls_close_only_with_gaps_and_over_two_working_days() {
        let monday = |time: &str| call(&format!("2025-09-08T{time}:00+08:00"), true);
        let sunday = |time: &str| call(&format!("2025-09-07T{time}:00+08:00"), false);
        let tuesday = |time: &str| call(&format!("2025-09-09T{time}:00+08:00"), true);
        assert_eq!(
            after(&[monday("09:00"), monday("09:01"), monday("09:02")]),
            (1, 1, false)
        );
        assert_eq!(
            after(&[monday("09:00"), monday("10:59"), monday("11:00")]),
            (2, 1, false)
        );
        assert_eq!(
            after(&[monday("09:00"), monday("11:00"), monday("13:00")]),
            (3, 1, false)
        );
        assert_eq!(
            after(&[
                monday("09:00"),
                monday("11:00"),
                monday("13:00"),
                tuesday("09:00")
            ]),
            (4, 2, true)
        );
        assert_eq!(
            after(&[monday("09:00"), monday("11:00"), tuesday("09:00")]),
            (3, 2, true)
        );
        // A day off is no working day.
        assert_eq!(
            after(&[sunday("09:00"), sunday("11:00"), monday("13:00")]),
            (3, 1, false)
        );
    }

    #[test]
    fn a_call_while_the_delegate_may_answer_does_not_count() {
        let early = Attempt {
            delegate_has_time: true,
            ..call("2025-09-08T09:00:00+08:00", true)
        };
        assert_eq!(
            count(&policy().follow_up, CallsInVain::default(), early),
            Counted::DelegateHasTime
        );
    }
}
