//! The pool, and the only way to open a write transaction.

use std::time::Duration;

use migration::MigratorTrait;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// Connections to PostgreSQL; SQLite takes as many readers but one writer at a time.
const MAX_CONNECTIONS: u32 = 16;
/// A write on SQLite waits this long for the one before it.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
const ACQUIRE: Duration = Duration::from_secs(8);

/// Any number that nobody else on the database server uses for an advisory lock.
const MIGRATION_LOCK: i64 = 0x7a68_6974_6f6e_6701;

pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    Database::connect(options(url)).await
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(MAX_CONNECTIONS)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            // FULL: a commit that was answered survives a power cut, not only a crash.
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY)
            .pragma("cache_size", "-16000")
    });
    options
}

/// Opens a write transaction. On SQLite it takes the write lock at once: a transaction that reads first
/// and writes later would fail with "database is locked" as soon as two of them meet.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens a transaction"
)]
pub async fn write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    })
    .await
}

/// Brings the schema up to date. Replicas that start together do it one after the other.
pub async fn migrate(url: &str) -> Result<(), DbErr> {
    let mut options = options(url);
    options.max_connections(1);
    let db = Database::connect(options).await?;
    if skips_locked(&db) {
        // Held by this one connection until it closes.
        db.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            .await?;
    }
    migration::Migrator::up(&db, None).await?;
    db.close().await
}

/// Whether rows can be claimed with `FOR UPDATE SKIP LOCKED`; SQLite's single writer needs no such lock.
pub fn skips_locked(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}
