//! Proves that the database accepts a write: one row of its own table, committed.

use std::time::{Duration, Instant};

use entity::write_probe;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};

use crate::db::pool::Db;
use crate::db::write::write;

/// Requests within this time share one write.
const INTERVAL: Duration = Duration::from_secs(3);
const ROW: i16 = 1;

impl Db {
    /// Returns `true` if a write was committed within the last 3 s; makes one if none was tried. Concurrent callers wait
    /// for the same write.
    pub async fn accepts_writes(&self, now: chrono::DateTime<chrono::Utc>) -> bool {
        let mut last = self.probe.0.lock().await;
        if let Some((at, accepted)) = *last
            && at.elapsed() < INTERVAL
        {
            return accepted;
        }
        let written = self.write_probe(now).await;
        if let Err(error) = &written {
            tracing::warn!(%error, "write probe failed");
        }
        *last = Some((Instant::now(), written.is_ok()));
        written.is_ok()
    }

    async fn write_probe(&self, now: chrono::DateTime<chrono::Utc>) -> Result<(), DbErr> {
        let row = write_probe::ActiveModel {
            id: Set(ROW),
            written_at: Set(now),
        };
        let update = OnConflict::column(write_probe::Column::Id)
            .update_column(write_probe::Column::WrittenAt)
            .to_owned();
        let txn = write(self).await?;
        write_probe::Entity::insert(row)
            .on_conflict(update)
            .exec_without_returning(&txn)
            .await?;
        txn.commit().await
    }
}
