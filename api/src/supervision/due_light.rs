//! Pure: the light of something that is due, and when to remind of it.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::Light;

/// Red once it is, or was done, after its due time; yellow within `remind_before_hours` of it.
#[must_use]
pub fn light(
    due: Option<DateTime<Utc>>,
    done_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    remind_before_hours: u32,
) -> Light {
    let Some(due) = due else {
        return Light::Green;
    };
    match done_at {
        Some(done_at) if done_at > due => Light::Red,
        Some(_) => Light::Green,
        None if now > due => Light::Red,
        None if now >= remind_at(due, remind_before_hours) => Light::Yellow,
        None => Light::Green,
    }
}

#[must_use]
pub fn remind_at(due: DateTime<Utc>, remind_before_hours: u32) -> DateTime<Utc> {
    due - TimeDelta::hours(i64::from(remind_before_hours))
}

/// The reminder that is due for an open item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// Nothing yet, or nothing more.
    None,
    Soon,
    Overdue,
}

/// The reminders that an item has had.
#[derive(Clone, Copy, Debug)]
pub struct GivenReminders {
    pub soon: bool,
    pub overdue: bool,
}

/// Each reminder is given once.
#[must_use]
pub fn reminder(
    due: DateTime<Utc>,
    given: GivenReminders,
    now: DateTime<Utc>,
    remind_before_hours: u32,
) -> Reminder {
    if now >= due {
        if given.overdue {
            Reminder::None
        } else {
            Reminder::Overdue
        }
    } else if now >= remind_at(due, remind_before_hours) && !given.soon {
        Reminder::Soon
    } else {
        Reminder::None
    }
}

/// When the first reminder runs: before the due time, or at it where that is too near.
#[must_use]
pub fn first_reminder(due: DateTime<Utc>, now: DateTime<Utc>, remind_before_hours: u32) -> DateTime<Utc> {
    let soon = remind_at(due, remind_before_hours);
    if soon > now { soon } else { due }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: u32 = 48;

    fn hours(hours: i64) -> DateTime<Utc> {
        "2025-09-18T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
    }

    #[test]
    fn the_light_turns_before_and_at_the_due_time_and_stays_red_for_what_was_late() {
        let due = Some(hours(100));
        for (done_at, now, expected) in [
            (None, 0, Light::Green),
            (None, 52, Light::Yellow),
            (None, 101, Light::Red),
            (Some(90), 200, Light::Green),
            (Some(110), 200, Light::Red),
        ] {
            assert_eq!(light(due, done_at.map(hours), hours(now), BEFORE), expected);
        }
        assert_eq!(light(None, None, hours(0), BEFORE), Light::Green);
    }

    #[test]
    fn each_reminder_is_given_once() {
        let due = hours(100);
        for ((soon, overdue), now, expected) in [
            ((false, false), 10, Reminder::None),
            ((false, false), 52, Reminder::Soon),
            ((true, false), 60, Reminder::None),
            ((true, false), 100, Reminder::Overdue),
            ((true, true), 200, Reminder::None),
        ] {
            let given = GivenReminders { soon, overdue };
            assert_eq!(reminder(due, given, hours(now), BEFORE), expected, "{now}");
        }
        assert_eq!(first_reminder(due, hours(0), BEFORE), hours(52));
        assert_eq!(first_reminder(due, hours(60), BEFORE), due);
    }
}
