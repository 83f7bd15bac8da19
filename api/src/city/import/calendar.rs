//! Years of the calendar as the State Council announces them. A year that is loaded again is replaced; a notice may
//! also name days of a neighbouring year.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use entity::kinds::{ActKind, GenerationKind};
use entity::{calendar_day, calendar_year};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::city::csv_rows::fault;
use crate::city::import::{ChangeKind, ImportFile, ImportSummary, Imported, ImportedRows, finish};
use crate::city::{seed, store};
use crate::db::{self, Db};
use crate::deadlines::announcement::changed_days;
use crate::deadlines::calendar::{AnnouncedYear, CalendarFault, DayKind};
use crate::deadlines::parse::{self, FileFault};
use crate::deadlines::{Calendar, RecalculateAllDeadlines, RecalculateDeadlines};
use crate::error::Result;
use crate::jobs::Job as _;
use crate::jobs::queue::{NewJob, enqueue};

/// Days that a report names one by one for a year.
const MAX_DAYS: usize = 40;

/// Loads years (the form of a pack's `calendar.json`); other years stay as they are, but for days of theirs that the
/// notice names.
pub async fn calendar(db: &Db, given: &ImportFile<'_>, now: DateTime<Utc>) -> Imported {
    let text = match given.text() {
        Ok(text) => text,
        Err(faults) => return Ok(Err(faults)),
    };
    let txn = db::write(db).await?;
    let before = store::calendar(&txn).await?;
    let after = match parse::announcement(text, &before) {
        Ok(after) => after,
        Err(reason) => return Ok(Err(vec![fault(given.file, 0, &told(&reason))])),
    };
    let mut report = ImportSummary::default();
    for (year, announced) in after.years() {
        let known = before.years().get(year);
        if known == Some(announced) {
            report.unchanged += 1;
            continue;
        }
        let kind = known.map_or(ChangeKind::Added, |_| ChangeKind::Changed);
        report.note(kind, format!("{year} 年"), detail(&before, &after, *year));
        put(&txn, *year, given.file, days(announced), now).await?;
    }
    if given.recount || !report.is_empty() {
        let job = if given.recount {
            NewJob::of::<RecalculateAllDeadlines>(&(), now)?.once(RecalculateAllDeadlines::NAME)
        } else {
            NewJob::of::<RecalculateDeadlines>(&(), now)?.once(RecalculateDeadlines::NAME)
        };
        enqueue(&txn, job, now).await?;
    }
    let rows = ImportedRows {
        generation: GenerationKind::Calendar,
        kind: ActKind::CalendarImported,
    };
    finish(txn, given, rows, report, now).await
}

/// The year in numbers and, if it was announced before, the days that change.
fn detail(before: &Calendar, after: &Calendar, year: i32) -> String {
    let announced = after.years().get(&year);
    let numbers = format!(
        "放假 {} 天，调休上班 {} 天",
        announced.map_or(0, |announced| announced.holidays.len()),
        announced.map_or(0, |announced| announced.workdays.len())
    );
    if !before.is_loaded(year) {
        return numbers;
    }
    let changed = changed_days(before, after, year);
    let said = |(day, kind): &(NaiveDate, DayKind)| {
        let kind = match kind {
            DayKind::Weekday => "上班",
            DayKind::Weekend => "周末",
            DayKind::Holiday => "放假",
            DayKind::MakeUp => "调休上班",
        };
        format!("{}月{}日{kind}", day.month(), day.day())
    };
    let days: Vec<_> = changed.iter().take(MAX_DAYS).map(said).collect();
    match changed.len() {
        0 => format!("{numbers}；只有名称变化"),
        count if count > MAX_DAYS => format!("{numbers}；变化：{}等 {count} 天", days.join("、")),
        _ => format!("{numbers}；变化：{}", days.join("、")),
    }
}

/// Describes a fault for the city's staff.
fn told(fault: &FileFault) -> String {
    match fault {
        FileFault::Calendar(CalendarFault::OtherYear { year, date }) => {
            format!("{date} 不属于 {year} 年")
        }
        FileFault::Calendar(CalendarFault::NotAnnounced { date }) => {
            format!("{date} 所在的年份还没有公布的日历，请一并导入那一年")
        }
        FileFault::Calendar(CalendarFault::BothOffAndOn { date }) => {
            format!("{date} 既是放假又是上班")
        }
        FileFault::Calendar(CalendarFault::MakeUpOnWeekday { date }) => {
            format!("{date} 列为调休上班，但它不是周六或周日")
        }
        FileFault::Calendar(CalendarFault::NoHolidays { year }) => format!("{year} 年没有列出放假的日子"),
        other => format!("文件无法读取：{other}"),
    }
}

type Days = Vec<(NaiveDate, bool, Option<String>)>;

/// Each day that is not as its weekday says, in the order of the year.
fn days(announced: &AnnouncedYear) -> Days {
    let name = |day: &NaiveDate| announced.names.get(day).cloned();
    let off = announced.holidays.iter().map(|day| (*day, false, name(day)));
    let on = announced.workdays.iter().map(|day| (*day, true, name(day)));
    let mut days: Days = off.chain(on).collect();
    days.sort();
    days
}

fn of_year(year: i32) -> impl sea_orm::sea_query::IntoCondition {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
    calendar_day::Column::Day.between(first, last)
}

async fn put(
    connection: &impl ConnectionTrait,
    year: i32,
    file: &str,
    days: Days,
    now: DateTime<Utc>,
) -> Result<()> {
    calendar_day::Entity::delete_many()
        .filter(of_year(year))
        .exec(connection)
        .await?;
    calendar_year::Entity::delete_by_id(year).exec(connection).await?;
    let row = calendar_year::ActiveModel {
        year: Set(year),
        source: Set(file.to_owned()),
        loaded_at: Set(now),
    };
    calendar_year::Entity::insert(row)
        .exec_without_returning(connection)
        .await?;
    let rows = days
        .into_iter()
        .map(|(day, working, name)| calendar_day::ActiveModel {
            day: Set(day),
            working: Set(working),
            name: Set(name),
        });
    seed::insert_all(connection, rows.collect()).await
}
