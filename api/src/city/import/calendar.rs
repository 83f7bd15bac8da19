//! Years of the calendar as the State Council announces them. A year that is loaded again is replaced.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use entity::kinds::ActKind;
use entity::{calendar_day, calendar_year};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::city::csv_rows::fault;
use crate::city::import::{ChangeKind, ImportFile, ImportSummary, Imported, finish};
use crate::city::seed;
use crate::db::{self, Db};
use crate::deadlines::RECOUNT;
use crate::deadlines::calendar::{AnnouncedYear, CalendarFault};
use crate::deadlines::parse::{self, FileFault};
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};

/// Loads years (the form of a pack's `calendar.json`); years that the file does not hold stay as they are.
pub async fn calendar(db: &Db, given: &ImportFile<'_>, now: DateTime<Utc>) -> Imported {
    let text = match given.text() {
        Ok(text) => text,
        Err(faults) => return Ok(Err(faults)),
    };
    let calendar = match parse::calendar(text) {
        Ok(calendar) => calendar,
        Err(reason) => return Ok(Err(vec![fault(given.file, 0, &told(&reason))])),
    };
    let txn = db::write(db).await?;
    let mut report = ImportSummary::default();
    for (year, announced) in calendar.years() {
        let wanted = days(announced);
        let known = calendar_year::Entity::find_by_id(*year)
            .one(&txn)
            .await?
            .is_some();
        let held = held(&txn, *year).await?;
        if known && held == wanted {
            report.unchanged += 1;
            continue;
        }
        let kind = if known {
            ChangeKind::Changed
        } else {
            ChangeKind::Added
        };
        let detail = format!(
            "放假 {} 天，调休上班 {} 天",
            announced.holidays.len(),
            announced.workdays.len()
        );
        report.note(kind, format!("{year} 年"), detail);
        put(&txn, *year, given.file, wanted, now).await?;
    }
    if !report.is_empty() {
        let recount = NewJob {
            kind: RECOUNT,
            subject: String::new(),
            dedup_key: Some(RECOUNT.to_owned()),
            run_at: now,
        };
        enqueue(&txn, recount, now).await?;
    }
    finish(txn, given, ("calendar", ActKind::CalendarImported), report, now).await
}

/// Describes a fault for the city's staff.
fn told(fault: &FileFault) -> String {
    match fault {
        FileFault::Calendar(CalendarFault::OtherYear { year, date }) => {
            format!("{date} 不属于 {year} 年")
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

async fn held(connection: &impl ConnectionTrait, year: i32) -> Result<Days> {
    let rows = calendar_day::Entity::find()
        .filter(of_year(year))
        .all(connection)
        .await?;
    let mut days: Days = rows
        .into_iter()
        .filter(|row| row.day.year() == year)
        .map(|row| (row.day, row.working, row.name))
        .collect();
    days.sort();
    Ok(days)
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
