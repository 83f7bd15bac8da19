//! Notifies administrators, once for each year, that the notice of its holidays is needed and has not been imported.

use chrono::{DateTime, NaiveTime, Utc};
use entity::kinds::UpkeepKind;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::jobs::Job;
use crate::notices::{self, Event, EventKind, MessageCatalog};
use crate::orders::clocks::reaching;
use crate::upkeep::{runs, schedule};

/// In office hours, when an administrator reads it.
const HOUR: u32 = 9;

/// Runs every morning. Run twice, the second run finds that the year has been notified.
pub struct CheckHolidayNotice;

impl Job for CheckHolidayNotice {
    const NAME: &'static str = "upkeep.holiday_notice";
    type Input = DateTime<Utc>;

    async fn run(app: &App, _at: DateTime<Utc>) -> Result<()> {
        let now = app.clock.now();
        plan_next(app, now).await?;
        notify(app, now).await
    }
}

/// Enqueues the next run.
pub async fn plan_next(app: &App, now: DateTime<Utc>) -> Result<()> {
    let at = NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or_default();
    schedule::next::<CheckHolidayNotice>(app, at, now).await
}

async fn notify(app: &App, now: DateTime<Utc>) -> Result<()> {
    let city = app.state::<CityHandle>().load();
    let zone = city.zone();
    let Some(year) = city.calendar.missing(local_date(now, zone)) else {
        return Ok(());
    };
    let waiting = reaching::count(app, year, zone).await?;
    let txn = db::write(&app.db).await?;
    let detail = year.to_string();
    let last = runs::last(&txn, UpkeepKind::HolidayNotice).await?;
    if last.is_some_and(|run| run.detail == detail) {
        return Ok(());
    }
    runs::record(&txn, UpkeepKind::HolidayNotice, &detail, now).await?;
    let event = Event::general(EventKind::HolidayNoticeMissing)
        .title(format!("{year} 年"))
        .reference(waiting.to_string());
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(())
}
