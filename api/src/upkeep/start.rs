//! Called when the server starts: the next run of each kind is in the queue.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::error::Result;
use crate::upkeep::{holiday_notice, purge_expired, take_backup};

/// Backups are scheduled only where the configuration has a folder for them.
pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
    purge_expired::schedule(app, now).await?;
    holiday_notice::plan_next(app, now).await?;
    if take_backup::folder(app).is_some() {
        take_backup::schedule(app, now).await?;
    }
    Ok(())
}
