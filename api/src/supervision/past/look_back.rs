//! 回头看 on matters of the past: done when its day was, or scheduled where the day is still to come.

use chrono::{DateTime, TimeDelta, Utc};
use entity::campaign;

use crate::city::snapshot::City;
use crate::db::WriteTransaction;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::supervision::campaigns::look_back::{self, LookBackOnCampaign};

/// Looks back on closed matters, which have been inserted with their orders.
pub async fn record(
    txn: &WriteTransaction,
    city: &City,
    closed: Vec<campaign::Model>,
    now: DateTime<Utc>,
) -> Result<()> {
    let days = TimeDelta::days(i64::from(city.campaigns.look_back_days));
    for matter in closed {
        let Some(at) = matter.closed_at.map(|closed_at| closed_at + days) else {
            continue;
        };
        if at > now {
            enqueue(txn, NewJob::of::<LookBackOnCampaign>(&matter.id, at)?, now).await?;
        } else {
            let found = look_back::compare(txn, city, &matter, at).await?;
            look_back::save(txn, matter, &found, None, at).await?;
        }
    }
    Ok(())
}
