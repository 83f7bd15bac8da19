//! `/console/admin/calendar`: a year as months, with what is off, what is worked instead, and whether it has been
//! announced. The next year is imported at `/console/admin/calendar/import`.

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use entity::kinds::Role;
use serde::Deserialize;

use crate::city::snapshot::CityHandle;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::deadlines::Calendar;
use crate::deadlines::calendar::{DayKind, local_date};
use crate::orders::clocks::{reaching, recalculate};

/// The last page of deadlines that can be asked for.
const MAX_PAGE: u64 = 100_000;
/// Years that are shown although they have not been announced: this one and the next.
const YEARS_AHEAD: i32 = 1;

#[derive(Deserialize)]
pub struct CalendarQuery {
    year: Option<i32>,
    /// Page of the deadlines that wait for the next notice; the first is 0.
    page: Option<u64>,
}

struct Year {
    number: i32,
    loaded: bool,
    current: bool,
}

struct Month {
    name: String,
    weeks: Vec<Vec<Option<Day>>>,
}

struct Day {
    number: u32,
    class: &'static str,
    /// Said under the number: the holiday's name, or that the day is worked.
    note: String,
}

#[derive(Template)]
#[template(path = "admin_calendar.html")]
struct CalendarPage {
    frame: PageContext,
    years: Vec<Year>,
    year: i32,
    loaded: bool,
    holidays: usize,
    make_ups: usize,
    working: usize,
    /// Running deadlines that were counted without the announcement.
    provisional: u64,
    months: Vec<Month>,
    /// The year whose announcement is missing although it is needed.
    missing: Option<i32>,
    /// Running deadlines that end in it or later: a page of them, and how many there are.
    reaching: Vec<Reaching>,
    reaching_count: u64,
    previous: Option<u64>,
    next: Option<u64>,
}

struct Reaching {
    number: String,
    clock: &'static str,
    due: String,
}

#[get("/admin/calendar")]
pub async fn show(visitor: ConsoleUser, wanted: Query<CalendarQuery>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let city = visitor.app.state::<CityHandle>().load();
    let this_year = visitor.now.with_timezone(&city.zone()).year();
    let years = years(&city.calendar, this_year);
    let year = wanted
        .year
        .filter(|year| years.contains(year))
        .unwrap_or(this_year);
    let announced = city.calendar.years().get(&year);
    let missing = city.calendar.missing(local_date(visitor.now, city.zone()));
    let at = wanted.page.unwrap_or(0).min(MAX_PAGE);
    let (reaching, reaching_count) = match missing {
        Some(missing) => reaching(&visitor, missing, city.zone(), at).await?,
        None => (Vec::new(), 0),
    };
    page(&CalendarPage {
        frame: visitor.frame(Section::Calendar, format!("{year} 年工作日历")),
        years: years
            .into_iter()
            .map(|number| Year {
                number,
                loaded: city.calendar.is_loaded(number),
                current: number == year,
            })
            .collect(),
        year,
        loaded: announced.is_some(),
        holidays: announced.map_or(0, |announced| announced.holidays.len()),
        make_ups: announced.map_or(0, |announced| announced.workdays.len()),
        working: days(year)
            .filter(|day| city.calendar.kind(*day).is_working())
            .count(),
        provisional: recalculate::count_provisional(&visitor.app).await?,
        months: (1..=12)
            .map(|month| month_of(&city.calendar, year, month))
            .collect(),
        missing,
        reaching,
        reaching_count,
        previous: at.checked_sub(1),
        next: Some(at + 1).filter(|next| next * reaching::PAGE < reaching_count),
    })
}

async fn reaching(
    visitor: &ConsoleUser,
    year: i32,
    zone: Tz,
    at: u64,
) -> Result<(Vec<Reaching>, u64), PageError> {
    let count = reaching::count(&visitor.app, year, zone).await?;
    let rows = reaching::list(&visitor.app, year, zone, at).await?;
    let shown = |row: reaching::ReachingDeadline| Reaching {
        number: row.number,
        clock: row.kind.label(),
        due: labels::due(row.due_at, visitor.now, zone),
    };
    Ok((rows.into_iter().map(shown).collect(), count))
}

fn years(calendar: &Calendar, this_year: i32) -> Vec<i32> {
    let mut years: Vec<i32> = calendar.years().keys().copied().collect();
    years.extend(this_year..=this_year + YEARS_AHEAD);
    years.sort_unstable();
    years.dedup();
    years
}

fn days(year: i32) -> impl Iterator<Item = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    first
        .into_iter()
        .flat_map(|first| first.iter_days())
        .take_while(move |day| day.year() == year)
}

fn month_of(calendar: &Calendar, year: i32, month: u32) -> Month {
    let mut weeks: Vec<Vec<Option<Day>>> = Vec::new();
    for date in days(year).filter(|date| date.month() == month) {
        let weekday = date.weekday().num_days_from_monday();
        match weeks.last_mut() {
            Some(week) if weekday != 0 => week.push(Some(day(calendar, date))),
            _ => {
                // The first week begins with the days of the month before.
                let mut week: Vec<Option<Day>> = (0..weekday).map(|_| None).collect();
                week.push(Some(day(calendar, date)));
                weeks.push(week);
            }
        }
    }
    Month {
        name: format!("{month}月"),
        weeks,
    }
}

fn day(calendar: &Calendar, date: NaiveDate) -> Day {
    let (class, note) = match calendar.kind(date) {
        DayKind::Weekday => ("", String::new()),
        DayKind::Weekend => ("rest", String::new()),
        DayKind::Holiday => ("holiday", short(calendar.name(date).unwrap_or("休"))),
        DayKind::MakeUp => ("makeup", "上班".to_owned()),
    };
    Day {
        number: date.day(),
        class,
        note,
    }
}

/// As much as fits under a day: 国庆 for 国庆节.
fn short(name: &str) -> String {
    name.chars().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_under_its_weekday() {
        let calendar = Calendar::default();
        // 1 March 2026 is a Sunday.
        let month = month_of(&calendar, 2026, 3);
        assert_eq!(month.weeks.len(), 6);
        assert!(month.weeks[0][..6].iter().all(Option::is_none));
        assert_eq!(
            month.weeks[0][6].as_ref().map(|day| (day.number, day.class)),
            Some((1, "rest"))
        );
        assert_eq!(
            month.weeks[1][0].as_ref().map(|day| (day.number, day.class)),
            Some((2, ""))
        );
        assert_eq!(month.weeks[5].len(), 2);
        assert_eq!(days(2028).count(), 366);
    }
}
