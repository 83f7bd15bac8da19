//! Connections: a pool for reads, and on SQLite one connection of its own for writes.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use sqlx::{Connection as _, Executor as _};

use crate::db::failure::Failure;

/// Connections to PostgreSQL.
const MAX_CONNECTIONS: u32 = 16;
/// SQLite's readers: each is a thread with a page cache of its own.
const MAX_READERS: u32 = 8;
/// A write on SQLite waits this long for the ones before it.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(8);
/// Statements a connection keeps prepared; the product has a few hundred.
const STATEMENT_CACHE_SIZE: usize = 512;

/// Longer than any use case computes between two statements.
const IDLE_IN_TRANSACTION: &str = "SET idle_in_transaction_session_timeout = '2min'";

/// The last proof: when it was made, and whether it succeeded.
#[derive(Debug, Default)]
pub(super) struct Probe(pub(super) tokio::sync::Mutex<Option<(std::time::Instant, bool)>>);

/// The database. Reads go straight to it, on whatever connection is free; writes through [`super::write`].
#[derive(Clone, Debug)]
pub struct Db {
    pub(super) pool: DatabaseConnection,
    /// SQLite's one writer. It has a connection of its own: writers queue in order of arrival instead of sleeping for the
    /// lock, its page cache is never outdated by another connection, and its statements stay prepared.
    pub(super) writer: Option<(DatabaseConnection, WriterState)>,
    pub(super) probe: Arc<Probe>,
}

/// Whether the writer's connection is still fit for use. Clones share the state.
#[derive(Clone, Debug, Default)]
pub(super) struct WriterState(Arc<AtomicBool>);

impl WriterState {
    /// Marks the connection to be closed when it is returned; the next write opens a new one.
    pub(super) fn discard(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Returns `true` if the connection may be used for another transaction. The ping makes the driver carry out a
    /// `ROLLBACK` that it has only queued.
    async fn is_fit(&self, connection: &mut sqlx::SqliteConnection) -> Result<bool, sqlx::Error> {
        connection.ping().await?;
        let is_discarded = self.0.swap(false, Ordering::AcqRel);
        let is_in_transaction = connection.is_in_transaction();
        if is_discarded || is_in_transaction {
            tracing::warn!(is_in_transaction, "database writer discarded");
        }
        Ok(!is_discarded && !is_in_transaction)
    }
}

impl Deref for Db {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.pool
    }
}

impl Db {
    pub async fn close(self) -> Result<(), DbErr> {
        if let Some((writer, _)) = self.writer {
            writer.close().await?;
        }
        self.pool.close().await
    }
}

pub async fn connect(url: &str) -> Result<Db, DbErr> {
    let pool = Database::connect(options(url)).await?;
    let writer = if supports_skip_locked(&pool) {
        None
    } else {
        Some(connect_writer(url).await?)
    };
    Ok(Db {
        pool,
        writer,
        probe: Arc::default(),
    })
}

/// A pool of one connection, which is checked before and after every use.
async fn connect_writer(url: &str) -> Result<(DatabaseConnection, WriterState), DbErr> {
    let state = WriterState::default();
    let (before, after) = (state.clone(), state.clone());
    let mut options = options(url);
    options.max_connections(1).acquire_timeout(SQLITE_BUSY_TIMEOUT);
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let (before, after) = (before.clone(), after.clone());
        pool.test_before_acquire(false)
            .before_acquire(move |connection, _| {
                let state = before.clone();
                Box::pin(async move { state.is_fit(connection).await })
            })
            .after_release(move |connection, _| {
                let state = after.clone();
                Box::pin(async move { state.is_fit(connection).await })
            })
    });
    Ok((Database::connect(options).await?, state))
}

pub(super) fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    let most = if url.starts_with("sqlite") {
        MAX_READERS
    } else {
        MAX_CONNECTIONS
    };
    options
        .max_connections(most)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false);
    options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(STATEMENT_CACHE_SIZE));
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            // FULL: a commit that was answered survives a power cut, not only a crash.
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENT_CACHE_SIZE)
            .pragma("cache_size", "-16000")
    });
    // A transaction that is left open is never handed to the next caller, and ended by the server.
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(IDLE_IN_TRANSACTION).await.map(|_| ()) })
            })
    });
    options
}

/// Statements of callers outside a transaction. A plain `SELECT` that fails with a lost connection is sent once more, on
/// another connection.
#[async_trait::async_trait]
impl ConnectionTrait for Db {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.pool.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let again = is_read(&statement).then(|| statement.clone());
        match (self.pool.query_one_raw(statement).await, again) {
            (Err(error), Some(again)) if is_lost(&error) => self.pool.query_one_raw(again).await,
            (result, _) => result,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let again = is_read(&statement).then(|| statement.clone());
        match (self.pool.query_all_raw(statement).await, again) {
            (Err(error), Some(again)) if is_lost(&error) => self.pool.query_all_raw(again).await,
            (result, _) => result,
        }
    }
}

/// Returns `true` if running the statement twice is the same as running it once. `WITH` may hold an `INSERT`.
fn is_read(statement: &Statement) -> bool {
    statement
        .sql
        .get(..7)
        .is_some_and(|verb| verb.eq_ignore_ascii_case("SELECT "))
}

fn is_lost(error: &DbErr) -> bool {
    Failure::from_error(error) == Failure::ConnectionLost
}

/// Whether rows can be claimed with `FOR UPDATE SKIP LOCKED`; SQLite's single writer needs no such lock.
pub fn supports_skip_locked(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}
