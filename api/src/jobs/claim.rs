//! Claims due jobs and pushes for the free workers of all lanes, in one transaction.

use entity::job;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::jobs::lane::Lane;
use crate::jobs::lease;
use crate::jobs::work::{PushRound, workload};

/// A lane with free workers.
#[derive(Clone, Copy, Debug)]
pub struct Vacancy {
    pub lane: Lane,
    /// Maximum number of jobs.
    pub jobs: u64,
}

/// Claimed jobs and pushes.
#[derive(Default)]
pub struct Claimed {
    pub jobs: Vec<(Lane, Vec<job::Model>)>,
    pub pushes: Option<PushRound>,
    /// More jobs may be due than were examined.
    pub has_more: bool,
}

/// Claims the due jobs and pushes of these lanes. If nothing is due, it costs two reads and no transaction.
pub async fn claim(app: &App, vacancies: &[Vacancy]) -> Result<Claimed> {
    let now = app.clock.now();
    let takes = |lane: Lane| vacancies.iter().any(|vacancy| vacancy.lane == lane);
    let lanes: Vec<Lane> = vacancies.iter().map(|vacancy| vacancy.lane).collect();
    let due = lease::due_lanes(app, now, &lanes).await?;
    let pushes_due = takes(Lane::Pushes)
        && workload(app)
            .next_delivery(app)
            .await?
            .is_some_and(|at| at <= now);
    let mut claimed = Claimed::default();
    if due.lanes.is_empty() && !pushes_due {
        return Ok(claimed);
    }
    claimed.has_more = due.has_more;
    let txn = db::write(&app.db).await?;
    for vacancy in vacancies
        .iter()
        .filter(|vacancy| due.lanes.contains(&vacancy.lane))
    {
        let jobs = lease::take(app, &txn, Some(vacancy.lane), vacancy.jobs).await?;
        claimed.jobs.push((vacancy.lane, jobs));
    }
    if pushes_due {
        claimed.pushes = Some(workload(app).claim_pushes(app, &txn).await?);
    }
    txn.commit().await?;
    Ok(claimed)
}
