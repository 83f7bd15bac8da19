//! The state of a database, found out without changing it.

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Statement};

use crate::db::pool::{Db, connect};
use crate::db::replica::Place;
use crate::db::write::write;

/// Findings of an inspection.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Migrations that have run.
    pub applied: usize,
    /// Migrations of this program that have not run.
    pub pending: usize,
    /// Migrations that have run and that this program does not know: it is older than the database.
    pub unknown: usize,
    pub accepts_writes: bool,
    /// The server's clock; `None` on SQLite, which has none of its own.
    pub server_time: Option<DateTime<Utc>>,
}

/// The server behind another address of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerFinding {
    /// Nothing that answers.
    Silent,
    /// Another database.
    Another,
    /// This database on the primary.
    Primary,
    /// This database on a replica that is this much of the log behind.
    Replica { bytes_behind: i64 },
}

impl Db {
    /// Finds out what server another address leads to, seen from this database.
    pub async fn inspect_server(&self, url: &str) -> ServerFinding {
        let Ok(other) = connect(url).await else {
            return ServerFinding::Silent;
        };
        let theirs = other.query_one_raw(Place::of_replica()).await;
        let _ = other.close().await;
        let ours = self.primary_place().await;
        let (Ok(ours), Ok(theirs)) = (ours, theirs.and_then(Place::from_row)) else {
            return ServerFinding::Silent;
        };
        if !ours.is_same_database(&theirs) {
            return ServerFinding::Another;
        }
        match (ours.position, theirs.position) {
            (Some(written), Some(replayed)) => ServerFinding::Replica {
                bytes_behind: (written - replayed).max(0),
            },
            _ => ServerFinding::Primary,
        }
    }

    /// Reads the state of the schema and tries a write that is rolled back.
    /// # Errors
    /// If the database does not answer.
    pub async fn inspect(&self) -> Result<Inspection, DbErr> {
        let known: Vec<String> = Migrator::migrations()
            .iter()
            .map(|migration| migration.name().to_owned())
            .collect();
        let applied = self.applied_migrations().await?;
        let pending = known.iter().filter(|name| !applied.contains(name)).count();
        Ok(Inspection {
            pending,
            unknown: applied.iter().filter(|name| !known.contains(name)).count(),
            applied: applied.len(),
            accepts_writes: self.try_write(pending > 0).await.is_ok(),
            server_time: self.server_time().await?,
        })
    }

    async fn applied_migrations(&self) -> Result<Vec<String>, DbErr> {
        let backend = self.get_database_backend();
        let tables = match backend {
            DbBackend::Postgres => {
                "SELECT 1 AS one FROM pg_tables WHERE tablename = 'seaql_migrations' \
                                    AND schemaname = current_schema()"
            }
            _ => "SELECT 1 AS one FROM sqlite_master WHERE name = 'seaql_migrations'",
        };
        let found = self
            .query_one_raw(Statement::from_string(backend, tables))
            .await?;
        if found.is_none() {
            return Ok(Vec::new());
        }
        let sql = "SELECT version FROM seaql_migrations";
        let statement = Statement::from_string(backend, sql);
        let rows = self.query_all_raw(statement).await?;
        rows.iter().map(|row| row.try_get("", "version")).collect()
    }

    /// A database that has to be migrated must let us create tables.
    async fn try_write(&self, has_pending: bool) -> Result<(), DbErr> {
        let sql = if has_pending {
            "CREATE TABLE zhitong_check (id integer)"
        } else {
            "UPDATE write_probe SET written_at = written_at"
        };
        let txn = write(self).await?;
        let written = txn.execute_unprepared(sql).await.map(|_| ());
        let rolled_back = txn.rollback().await;
        written.and(rolled_back)
    }

    async fn server_time(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        if self.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint AS millis";
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = self.query_one_raw(statement).await?;
        let millis: Option<i64> = row.map(|row| row.try_get("", "millis")).transpose()?;
        Ok(millis.and_then(DateTime::from_timestamp_millis))
    }
}
