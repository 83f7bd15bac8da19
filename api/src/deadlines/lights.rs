//! Pure: 绿黄红: a running clock is green, yellow from some hours before it is due, red once overdue.
//!
//! Crossing a line is an event, once per clock: an extension that turns the light back does not make the same line an
//! event again.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::{ClockKind, Light};

use super::policy::ClockPolicy;

/// The two lines of one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightThresholds {
    /// The first yellow instant.
    pub yellow_at: DateTime<Utc>,
    /// The first red instant, which is when the clock is due.
    pub red_at: DateTime<Utc>,
}

/// The times at which each line of a deadline was crossed; `None` if it was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrossedAt {
    pub yellow_at: Option<DateTime<Utc>>,
    pub red_at: Option<DateTime<Utc>>,
}

impl LightThresholds {
    #[must_use]
    pub fn of(clocks: &ClockPolicy, kind: ClockKind, due_at: DateTime<Utc>) -> Self {
        let hours = match kind {
            ClockKind::Response => clocks.response_yellow_hours,
            ClockKind::Resolution | ClockKind::Supplementary => clocks.resolution_yellow_hours,
        };
        Self {
            yellow_at: due_at - TimeDelta::hours(i64::from(hours)),
            red_at: due_at,
        }
    }

    /// Returns the time of the reminder for an answer due at `due_at`: at the yellow line of a resolution, or half way
    /// if less time was given.
    #[must_use]
    pub fn remind_at(clocks: &ClockPolicy, given_at: DateTime<Utc>, due_at: DateTime<Utc>) -> DateTime<Utc> {
        let yellow_at = Self::of(clocks, ClockKind::Resolution, due_at).yellow_at;
        yellow_at.max(given_at + (due_at - given_at) / 2)
    }

    /// A stopped clock shows how it ended: green in time, red late.
    #[must_use]
    pub fn light(self, stopped_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Light {
        match stopped_at {
            Some(stopped) if stopped < self.red_at => Light::Green,
            Some(_) => Light::Red,
            None if now >= self.red_at => Light::Red,
            None if now >= self.yellow_at => Light::Yellow,
            None => Light::Green,
        }
    }

    /// Returns the next instant with work to do: the light changes, or a crossed line must become an event. Returns
    /// `None` if the deadline is stopped, or red and reported.
    #[must_use]
    pub fn next_change_at(
        self,
        stopped_at: Option<DateTime<Utc>>,
        seen: CrossedAt,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if stopped_at.is_some() {
            return None;
        }
        let lines = [(self.yellow_at, seen.yellow_at), (self.red_at, seen.red_at)];
        lines
            .into_iter()
            .find(|(line, seen)| *line > now || seen.is_none())
            .map(|(line, _)| line)
    }

    /// The lines a running clock has crossed by `now` that were not seen before, first to last.
    #[must_use]
    pub fn new_crossings(self, seen: CrossedAt, now: DateTime<Utc>) -> Vec<Light> {
        let mut crossed = Vec::new();
        if now >= self.yellow_at && seen.yellow_at.is_none() {
            crossed.push(Light::Yellow);
        }
        if now >= self.red_at && seen.red_at.is_none() {
            crossed.push(Light::Red);
        }
        crossed
    }
}

/// The light and the due time of an order: the worst and the nearest of its running clocks.
#[must_use]
pub fn of_order(running: &[(Light, DateTime<Utc>)]) -> (Light, Option<DateTime<Utc>>) {
    let light = running
        .iter()
        .map(|(light, _)| *light)
        .max()
        .unwrap_or(Light::Green);
    (light, running.iter().map(|(_, due_at)| *due_at).min())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::test_fixtures::{at, policy};

    /// Due on Thursday 2025-09-11 at 24:00.
    fn resolution() -> LightThresholds {
        LightThresholds::of(&policy().clocks, ClockKind::Resolution, at("2025-09-12 00:00"))
    }

    #[test]
    fn a_reminder_comes_a_day_before_or_half_way_of_what_is_less() {
        let cases = [
            // Given, due, reminded.
            ("2025-09-08 09:00", "2025-09-12 00:00", "2025-09-11 00:00"),
            ("2025-09-08 09:00", "2025-09-09 09:00", "2025-09-08 21:00"),
            ("2025-09-08 09:00", "2025-09-08 11:00", "2025-09-08 10:00"),
        ];
        for (given, due, reminded) in cases {
            let at_once = LightThresholds::remind_at(&policy().clocks, at(given), at(due));
            assert_eq!(at_once, at(reminded), "{given} to {due}");
        }
    }

    #[test]
    fn a_clock_turns_yellow_a_day_before_and_red_when_due() {
        let cases = [
            ("2025-09-10 23:59", Light::Green, Some("2025-09-11 00:00")),
            ("2025-09-11 00:00", Light::Yellow, Some("2025-09-12 00:00")),
            ("2025-09-11 23:59", Light::Yellow, Some("2025-09-12 00:00")),
            ("2025-09-12 00:00", Light::Red, None),
            ("2025-12-31 00:00", Light::Red, None),
        ];
        for (now, light, next) in cases {
            assert_eq!(resolution().light(None, at(now)), light, "at {now}");
            let told = |line| (at(now) >= line).then_some(line);
            let seen = CrossedAt {
                yellow_at: told(resolution().yellow_at),
                red_at: told(resolution().red_at),
            };
            assert_eq!(
                resolution().next_change_at(None, seen, at(now)),
                next.map(at),
                "after {now}"
            );
        }
    }

    #[test]
    fn a_response_turns_yellow_four_hours_before() {
        let lines = LightThresholds::of(&policy().clocks, ClockKind::Response, at("2025-09-09 10:00"));
        assert_eq!(lines.light(None, at("2025-09-09 05:59")), Light::Green);
        assert_eq!(lines.light(None, at("2025-09-09 06:00")), Light::Yellow);
    }

    #[test]
    fn a_stopped_clock_shows_how_it_ended_and_never_changes() {
        let (in_time, late, now) = (
            at("2025-09-11 23:59"),
            at("2025-09-12 00:00"),
            at("2025-12-31 00:00"),
        );
        assert_eq!(resolution().light(Some(in_time), now), Light::Green);
        assert_eq!(resolution().light(Some(late), now), Light::Red);
        assert_eq!(
            resolution().next_change_at(Some(in_time), CrossedAt::default(), in_time),
            None
        );
    }

    #[test]
    fn each_line_is_crossed_once_per_clock() {
        let lines = resolution();
        let mut seen = CrossedAt::default();
        assert_eq!(lines.new_crossings(seen, at("2025-09-10 12:00")), []);
        assert_eq!(lines.new_crossings(seen, at("2025-09-11 12:00")), [Light::Yellow]);
        seen.yellow_at = Some(at("2025-09-11 12:00"));
        assert_eq!(lines.new_crossings(seen, at("2025-09-11 13:00")), []);
        // An extension moves both lines; yellow has been an event of this clock, red has not.
        let extended = LightThresholds::of(&policy().clocks, ClockKind::Resolution, at("2025-09-17 00:00"));
        assert_eq!(extended.new_crossings(seen, at("2025-09-16 12:00")), []);
        assert_eq!(extended.new_crossings(seen, at("2025-09-17 12:00")), [Light::Red]);
    }

    #[test]
    fn a_line_that_was_passed_but_not_told_is_due_at_once() {
        let lines = resolution();
        assert_eq!(
            lines.next_change_at(None, CrossedAt::default(), at("2025-09-20 00:00")),
            Some(lines.yellow_at)
        );
        let yellow = CrossedAt {
            yellow_at: Some(lines.yellow_at),
            red_at: None,
        };
        assert_eq!(
            lines.next_change_at(None, yellow, at("2025-09-20 00:00")),
            Some(lines.red_at)
        );
    }

    #[test]
    fn after_a_standstill_both_lines_are_crossed_in_order() {
        let crossed = resolution().new_crossings(CrossedAt::default(), at("2025-09-20 00:00"));
        assert_eq!(crossed, [Light::Yellow, Light::Red]);
    }

    #[test]
    fn an_order_shows_the_worst_light_and_the_nearest_due_time() {
        let (near, far) = (at("2025-09-09 10:00"), at("2025-09-12 00:00"));
        assert_eq!(
            of_order(&[(Light::Yellow, near), (Light::Green, far)]),
            (Light::Yellow, Some(near))
        );
        assert_eq!(
            of_order(&[(Light::Green, near), (Light::Red, far)]),
            (Light::Red, Some(near))
        );
        assert_eq!(of_order(&[]), (Light::Green, None));
    }
}
