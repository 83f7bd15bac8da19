//! The calendar's own reports: the week's on Monday morning, the month's on the first, for the whole city. Each job
//! asks for its report and enqueues the next; asked for twice, the second finds the first.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeZone as _, Utc, Weekday};
use chrono_tz::Tz;
use entity::kinds::ReportKind;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::insight::reports::period::DateRange;
use crate::insight::reports::service::{self, NewReportRequest};
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};

const KINDS: [ReportKind; 2] = [ReportKind::Weekly, ReportKind::Monthly];
/// Before office hours, after the nightly jobs.
const HOUR: u32 = 6;

/// Asks for the weekly or the monthly report.
pub struct AskForReport;

impl Job for AskForReport {
    const NAME: &'static str = "ask_for_insight_report";
    type Input = ReportKind;

    async fn run(app: &App, kind: ReportKind) -> Result<()> {
        ask(app, kind).await
    }
}

/// Makes sure that the next ones are waiting; done by every start of the server.
pub async fn begin(app: &App) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    for kind in KINDS {
        let job = next(kind, now, app.state::<CityHandle>().load().zone())?;
        enqueue(&txn, job, now).await?;
    }
    Ok(txn.commit().await?)
}

async fn ask(app: &App, kind: ReportKind) -> Result<()> {
    let now = app.clock.now();
    let zone = app.state::<CityHandle>().load().zone();
    let period = DateRange::last(kind, local_date(now, zone));
    let txn = db::write(&app.db).await?;
    let asked = NewReportRequest {
        kind,
        period,
        area: None,
        topic: None,
        by: None,
    };
    service::request_once(app, &txn, &asked, now).await?;
    // This job is not done yet, so the next one needs a key of its own.
    enqueue(&txn, next(kind, now, zone)?, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}

fn next(kind: ReportKind, now: DateTime<Utc>, zone: Tz) -> Result<NewJob> {
    let run_at = next_at(kind, now, zone);
    let key = format!("{}:{kind}:{}", AskForReport::NAME, local_date(run_at, zone));
    Ok(NewJob::of::<AskForReport>(&kind, run_at)?.once(key))
}

/// The next Monday or first of a month, at six in the morning, after `now`.
fn next_at(kind: ReportKind, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let mut day = local_date(now, zone);
    loop {
        let at = morning(day, zone);
        let fits = match kind {
            ReportKind::Monthly => day.day() == 1,
            _ => day.weekday() == Weekday::Mon,
        };
        if fits && at > now {
            return at;
        }
        day = match kind {
            ReportKind::Monthly => day.with_day(1).unwrap_or(day) + Months::new(1),
            _ => day + Days::new(1),
        };
    }
}

fn morning(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let at = day.and_time(NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or_default());
    zone.from_local_datetime(&at)
        .earliest()
        .unwrap_or_else(|| zone.from_utc_datetime(&at))
        .to_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_on_monday_and_on_the_first() {
        let zone = chrono_tz::Asia::Shanghai;
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        for (kind, now, next) in [
            (
                ReportKind::Weekly,
                "2025-09-10T12:00:00+08:00",
                "2025-09-15T06:00:00+08:00",
            ),
            (
                ReportKind::Weekly,
                "2025-09-15T05:59:00+08:00",
                "2025-09-15T06:00:00+08:00",
            ),
            (
                ReportKind::Weekly,
                "2025-09-15T06:00:00+08:00",
                "2025-09-22T06:00:00+08:00",
            ),
            (
                ReportKind::Monthly,
                "2025-09-01T05:00:00+08:00",
                "2025-09-01T06:00:00+08:00",
            ),
            (
                ReportKind::Monthly,
                "2025-12-31T23:00:00+08:00",
                "2026-01-01T06:00:00+08:00",
            ),
            (
                ReportKind::Monthly,
                "2025-01-31T23:00:00+08:00",
                "2025-02-01T06:00:00+08:00",
            ),
        ] {
            assert_eq!(next_at(kind, at(now), zone), at(next), "{kind} {now}");
        }
    }
}
