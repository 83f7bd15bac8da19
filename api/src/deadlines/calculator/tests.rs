use chrono::{Datelike, TimeDelta};

use super::*;
use crate::deadlines::calendar::DayKind;
use crate::deadlines::test_fixtures::{
    at, calendar, date, for_all, instants, only_2024, policy, shown, under_the_law,
};
use proptest::arbitrary::any;

#[test]
fn the_response_runs_twenty_four_hours_on_end() {
    under_the_law(|law| {
        let cases = [
            ("2025-09-08 10:00", "2025-09-09 10:00", "an ordinary Monday"),
            (
                "2025-09-12 18:30",
                "2025-09-13 18:30",
                "a Friday evening: the weekend is not left out",
            ),
            ("2025-09-30 17:20", "2025-10-01 17:20", "nor the holiday"),
        ];
        for (dispatched, due, why) in cases {
            assert_eq!(shown(law.response(1, at(dispatched)).due_at), due, "{why}");
        }
    });
}

#[test]
fn the_resolution_is_due_at_the_end_of_the_third_working_day() {
    under_the_law(|law| {
        // Dispatched, due at 24:00 of, why.
        let cases = [
            (
                "2025-09-08 10:00",
                "2025-09-11",
                "Monday: Tuesday, Wednesday, Thursday",
            ),
            (
                "2025-09-08 00:00",
                "2025-09-11",
                "the first instant of Monday is Monday",
            ),
            ("2025-09-08 23:59", "2025-09-11", "and so is the last minute"),
            (
                "2025-09-12 09:00",
                "2025-09-17",
                "Friday: the weekend is left out",
            ),
            ("2025-09-13 09:00", "2025-09-17", "Saturday: as if on Friday"),
            (
                "2025-09-26 09:00",
                "2025-09-30",
                "Friday: Sunday the 28th is worked",
            ),
            (
                "2025-09-30 17:20",
                "2025-10-11",
                "eight days of holiday, then Saturday the 11th is worked",
            ),
            ("2025-10-05 12:00", "2025-10-11", "dispatched within the holiday"),
            (
                "2025-01-24 09:00",
                "2025-02-05",
                "the Spring Festival; Sunday 26 January is worked",
            ),
            (
                "2026-02-13 09:00",
                "2026-02-25",
                "the Spring Festival of 2026; Saturday the 14th is worked",
            ),
            (
                "2025-12-30 09:00",
                "2026-01-05",
                "the turn of the year; Sunday 4 January is worked",
            ),
        ];
        for (dispatched, due, why) in cases {
            let deadline = law.resolution(1, at(dispatched));
            assert_eq!(
                shown(deadline.due_at - TimeDelta::minutes(1)),
                format!("{due} 23:59"),
                "{why}"
            );
            assert!(shown(deadline.due_at).ends_with(" 00:00"), "{why}");
            assert!(!deadline.provisional, "{why}");
        }
    });
}

#[test]
fn both_clocks_start_at_dispatch_and_each_round_has_its_own() {
    under_the_law(|law| {
        let first = law.start_round(1, at("2025-09-08 10:00"));
        let second = law.start_round(2, at("2025-09-15 16:00"));
        assert_eq!(
            first.each_ref().map(|clock| clock.kind),
            [ClockKind::Response, ClockKind::Resolution]
        );
        assert!(
            first
                .iter()
                .all(|clock| clock.started_at == at("2025-09-08 10:00") && clock.round == 1)
        );
        assert!(
            second
                .iter()
                .all(|clock| clock.started_at == at("2025-09-15 16:00") && clock.round == 2)
        );
        assert_eq!(shown(second[1].due_at), "2025-09-19 00:00");
    });
}

#[test]
fn an_extension_never_moves_the_response_clock() {
    under_the_law(|law| {
        let response = law.response(1, at("2025-09-08 10:00"));
        assert_eq!(law.extended(&response, 3), response);
    });
}

#[test]
fn a_year_that_is_announced_later_moves_a_running_clock_and_no_stopped_one() {
    let (policy, before, after) = (policy(), only_2024(), calendar());
    let then = DeadlineRules {
        policy: &policy,
        calendar: &before,
    };
    let now = DeadlineRules {
        policy: &policy,
        calendar: &after,
    };

    let provisional = then.resolution(1, at("2025-09-30 17:20"));
    assert!(provisional.provisional);
    assert_eq!(
        shown(provisional.due_at),
        "2025-10-10 00:00",
        "National Day and Mid-Autumn are off by law"
    );

    let final_ = now.recalculated(&provisional).unwrap();
    assert_eq!(
        final_,
        now.resolution(1, at("2025-09-30 17:20")),
        "as if it had always been known"
    );
    assert_eq!(now.recalculated(&final_), None, "a second time changes nothing");

    let stopped = Deadline {
        stopped_at: Some(at("2025-10-03 12:00")),
        ..provisional
    };
    assert_eq!(now.recalculated(&stopped), None);
}

#[test]
fn a_recount_keeps_the_extensions_and_the_numbers_it_started_with() {
    let (policy, before, after) = (policy(), only_2024(), calendar());
    let then = DeadlineRules {
        policy: &policy,
        calendar: &before,
    };
    let provisional = then.extended(&then.resolution(1, at("2025-09-30 17:20")), 2);

    let mut stricter = policy.clone();
    stricter.clocks.resolution_working_days = 1;
    let recounted = DeadlineRules {
        policy: &stricter,
        calendar: &after,
    }
    .recalculated(&provisional)
    .unwrap();
    assert_eq!(
        recounted.explanation.rule,
        Rule::WorkingDays {
            days: 3,
            extended_by: vec![2]
        }
    );
    assert_eq!(
        shown(recounted.due_at),
        "2025-10-15 00:00",
        "the fifth working day is Tuesday the 14th"
    );
}

#[test]
fn a_later_start_is_never_due_earlier() {
    under_the_law(|law| {
        for_all((instants(), 0_i64..30 * 24 * 3600), |(start, seconds)| {
            let later = start + TimeDelta::seconds(seconds);
            assert!(
                law.response(1, start).due_at <= law.response(1, later).due_at,
                "{start} and {later}"
            );
            assert!(
                law.resolution(1, start).due_at <= law.resolution(1, later).due_at,
                "{start} and {later}"
            );
        });
    });
}

#[test]
fn nothing_is_due_at_the_end_of_a_day_that_is_not_worked() {
    under_the_law(|law| {
        for_all(instants(), |start| {
            let deadline = law.resolution(1, start);
            let last = local_date(
                deadline.due_at - TimeDelta::microseconds(1),
                law.policy.clocks.time_zone,
            );
            assert!(law.calendar.is_working_day(last), "{last}");
        });
    });
}

#[test]
fn an_extension_never_shortens() {
    under_the_law(|law| {
        for_all((instants(), 1_u32..=6), |(start, days)| {
            let deadline = law.resolution(1, start);
            let extended = law.extended(&deadline, days);
            assert!(extended.due_at >= deadline.due_at + TimeDelta::days(i64::from(days)));
            assert_eq!(extended.started_at, deadline.started_at);
        });
    });
}

#[test]
fn the_explanation_counts_what_the_policy_gives() {
    under_the_law(|law| {
        for_all((instants(), any::<bool>()), |(start, is_extended)| {
            let mut deadline = law.resolution(1, start);
            if is_extended {
                deadline = law.extended(&deadline, 3);
            }
            let explanation = &deadline.explanation;
            let counted = explanation.days.iter().filter(|day| day.counted).count();
            assert_eq!(counted, explanation.rule.working_days() as usize);
            assert_eq!(counted + explanation.skipped, explanation.days.len());
            assert_eq!(explanation.due_at, deadline.due_at);
            assert!(
                explanation.days.last().unwrap().counted,
                "the due day is a counted day"
            );
            assert!(
                explanation
                    .days
                    .iter()
                    .all(|day| day.why == law.calendar.kind(day.date))
            );
            let without_gap = explanation
                .days
                .windows(2)
                .all(|pair| pair[0].date.succ_opt() == Some(pair[1].date));
            assert!(without_gap, "no day is passed over in silence");
        });
    });
}

#[test]
fn a_deadline_is_provisional_exactly_when_it_counts_a_day_of_a_year_not_announced() {
    under_the_law(|law| {
        for_all(instants(), |start| {
            let deadline = law.resolution(1, start);
            let unknown = deadline.explanation.days.iter().any(|day| day.date.year() > 2026);
            assert_eq!(deadline.provisional, unknown);
            assert!(
                !law.response(1, deadline.started_at).provisional,
                "hours need no calendar"
            );
        });
    });
}

#[test]
fn a_make_up_day_is_named_for_what_it_is() {
    under_the_law(|law| {
        let days = law.resolution(1, at("2025-09-30 17:20")).explanation.days;
        let worked = days.iter().find(|day| day.date == date("2025-10-11")).unwrap();
        assert_eq!((worked.counted, worked.why), (true, DayKind::MakeUp));
    });
}
