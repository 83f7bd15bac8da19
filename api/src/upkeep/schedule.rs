//! Puts the next run of a kind into the job queue, at its time of the city's policy.

use chrono::{DateTime, NaiveTime, Utc};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};
use crate::upkeep::plan::{self, Plan};

/// The plan of the city's policy.
pub fn plan(app: &App) -> Result<Plan> {
    let city = app.state::<CityHandle>().load();
    Ok(Plan::read(city.files.get("policy.toml").unwrap_or_default())?)
}

/// Enqueues the run at the next time at which the city's clocks show `at`. A run that is enqueued already is one.
pub async fn next<J: Job<Input = DateTime<Utc>>>(app: &App, at: NaiveTime, now: DateTime<Utc>) -> Result<()> {
    let zone = app.state::<CityHandle>().load().zone();
    let run_at = plan::next(at, zone, now);
    let key = format!("{}:{}", J::NAME, run_at.to_rfc3339());
    enqueue(&app.db, NewJob::of::<J>(&run_at, run_at)?.once(key), now).await
}
