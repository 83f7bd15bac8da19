//! The pool, and the only way to open a write transaction.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use migration::MigratorTrait;
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

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

/// A transaction that may write. Rolled back when it is dropped before `commit`.
pub struct WriteTransaction {
    txn: DatabaseTransaction,
    /// Given to the next one after the transaction is over.
    _turn: Option<OwnedSemaphorePermit>,
}

impl WriteTransaction {
    pub async fn commit(self) -> Result<(), DbErr> {
        self.txn.commit().await
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        self.txn.rollback().await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for WriteTransaction {
    fn get_database_backend(&self) -> DbBackend {
        self.txn.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.txn.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.txn.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.txn.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.txn.query_all_raw(statement).await
    }
}

/// Opens a write transaction. On SQLite it takes the write lock at once: a transaction that reads first
/// and writes later would fail with "database is locked" as soon as two of them meet.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens a transaction"
)]
pub async fn write(db: &DatabaseConnection) -> Result<WriteTransaction, DbErr> {
    let turn = if skips_locked(db) {
        None
    } else {
        Some(turn_at(db).await?)
    };
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let txn = db.begin_with_options(options).await?;
    Ok(WriteTransaction { txn, _turn: turn })
}

/// Who waits for SQLite's lock sleeps and looks again, and may find it taken for half a second on end. Writers of
/// one process queue here instead, first come, first served; the lock itself is for other processes.
async fn turn_at(db: &DatabaseConnection) -> Result<OwnedSemaphorePermit, DbErr> {
    static TURNS: LazyLock<Mutex<HashMap<PathBuf, Arc<Semaphore>>>> = LazyLock::new(Mutex::default);
    let turns = {
        let file = db.get_sqlite_connection_pool().connect_options();
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        let of_file = turns
            .entry(file.get_filename().to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(1)));
        Arc::clone(of_file)
    };
    match timeout(SQLITE_BUSY, turns.acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
    }
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
