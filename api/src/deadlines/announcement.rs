//! Pure: an announcement of holidays, merged into the years that are known. The notice of a year may name days of the
//! year before or after it.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use super::calendar::{AnnouncedYear, Calendar, CalendarFault, DayKind};

/// Returns the calendar after the announcement. A year of its own is replaced; days of a neighbouring year are merged
/// into that year.
///
/// # Errors
/// A day of a year that is neither the notice's own nor its neighbour, or whose year has not been announced; whatever
/// `Calendar::new` refuses.
pub fn merge(known: &Calendar, notice: BTreeMap<i32, AnnouncedYear>) -> Result<Calendar, CalendarFault> {
    let mut years = known.years().clone();
    let mut elsewhere = Vec::new();
    for (year, announced) in notice {
        let mut own = AnnouncedYear::default();
        let days = announced.holidays.iter().map(|day| (*day, false));
        let days = days.chain(announced.workdays.iter().map(|day| (*day, true)));
        for (day, working) in days {
            let name = announced.names.get(&day).cloned();
            if day.year() == year {
                set(&mut own, day, working, name);
            } else if day.year().abs_diff(year) == 1 {
                elsewhere.push((day, working, name));
            } else {
                return Err(CalendarFault::OtherYear { year, date: day });
            }
        }
        if let Some(both) = announced.holidays.intersection(&announced.workdays).next() {
            return Err(CalendarFault::BothOffAndOn { date: *both });
        }
        years.insert(year, own);
    }
    for (day, working, name) in elsewhere {
        let year = years.get_mut(&day.year());
        let year = year.ok_or(CalendarFault::NotAnnounced { date: day })?;
        year.holidays.remove(&day);
        year.workdays.remove(&day);
        year.names.remove(&day);
        set(year, day, working, name);
    }
    Calendar::new(years)
}

fn set(year: &mut AnnouncedYear, day: NaiveDate, working: bool, name: Option<String>) {
    let days = if working {
        &mut year.workdays
    } else {
        &mut year.holidays
    };
    days.insert(day);
    if let Some(name) = name {
        year.names.insert(day, name);
    }
}

/// The days of a year that are another kind of day afterwards, with that kind.
#[must_use]
pub fn changed_days(before: &Calendar, after: &Calendar, year: i32) -> Vec<(NaiveDate, DayKind)> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    let days = first.into_iter().flat_map(|first| first.iter_days());
    days.take_while(|day| day.year() == year)
        .map(|day| (day, after.kind(day)))
        .filter(|(day, kind)| before.kind(*day) != *kind)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn notice(json: &str) -> BTreeMap<i32, AnnouncedYear> {
        serde_json::from_str(json).unwrap()
    }

    fn known() -> Calendar {
        let json = r#"{"2026": {"holidays": ["2026-01-01", "2026-10-01"], "workdays": ["2026-01-04"]}}"#;
        Calendar::new(notice(json)).unwrap()
    }

    const NEXT: &str = r#"{"2027": {"holidays": ["2026-12-31", "2027-01-01"], "workdays": ["2026-12-26"], "names": {"2026-12-31": "元旦"}}}"#;

    #[test]
    fn days_of_december_are_merged_into_their_own_year() {
        let after = merge(&known(), notice(NEXT)).unwrap();
        assert_eq!(after.kind(day("2026-12-31")), DayKind::Holiday);
        assert_eq!(after.name(day("2026-12-31")), Some("元旦"));
        assert_eq!(after.kind(day("2026-12-26")), DayKind::MakeUp);
        assert_eq!(
            after.kind(day("2026-10-01")),
            DayKind::Holiday,
            "the rest of 2026 stays"
        );
        assert_eq!(after.kind(day("2027-01-01")), DayKind::Holiday);
        assert_eq!(
            changed_days(&known(), &after, 2026),
            [
                (day("2026-12-26"), DayKind::MakeUp),
                (day("2026-12-31"), DayKind::Holiday)
            ]
        );
        assert_eq!(
            merge(&after, notice(NEXT)).unwrap(),
            after,
            "again changes nothing"
        );
    }

    #[test]
    fn a_day_that_cannot_be_placed_is_refused() {
        let unknown = merge(&Calendar::default(), notice(NEXT)).unwrap_err();
        assert!(matches!(unknown, CalendarFault::NotAnnounced { .. }), "{unknown}");
        let far = NEXT.replace("2026-12-31\", \"2027", "2024-12-31\", \"2027");
        assert!(matches!(
            merge(&known(), notice(&far)).unwrap_err(),
            CalendarFault::OtherYear { year: 2027, .. }
        ));
    }
}
