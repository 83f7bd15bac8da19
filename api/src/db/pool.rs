//! Connections: a pool for reads, and on SQLite one connection of its own for writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QuerySelect, Statement,
};
use sqlx::{Connection as _, Executor as _};

use crate::db::counters::{Counters, Counts};
use crate::db::replica::Replica;
use crate::event_seal::EventSeals;

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
    pub(super) counters: Arc<Counters>,
    /// The connections lead through a pooler in transaction mode: the next transaction may reach another connection of
    /// the server.
    pub(super) is_pooled: bool,
    /// Answers lists; `None` if there is none.
    pub(super) replica: Option<Arc<Replica>>,
    /// Seals the history entries of write transactions; `None` for tools that write no history.
    pub(super) seals: Option<EventSeals>,
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

impl Db {
    /// A handle to this database whose write transactions seal history entries.
    #[must_use]
    pub fn with_seals(mut self, seals: EventSeals) -> Self {
        self.seals = Some(seals);
        self
    }

    /// Returns how many write transactions and statements were sent through this handle and its clones.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    /// Keeps the reads outside transactions, for a look at their plans.
    pub fn record_reads(&self) {
        self.counters.record();
    }

    /// Ends [`Self::record_reads`] and returns what was read.
    #[must_use]
    pub fn take_reads(&self) -> Vec<Statement> {
        self.counters.take_recorded()
    }

    pub async fn close(self) -> Result<(), DbErr> {
        if let Some((writer, _)) = self.writer {
            writer.close().await?;
        }
        if let Some(replica) = self.replica {
            replica.close().await?;
        }
        self.pool.close().await
    }
}

/// Connects to the server itself.
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
        counters: Arc::default(),
        is_pooled: false,
        replica: None,
        seals: None,
    })
}

/// Connects through a pooler in transaction mode, such as PgBouncer: nothing is prepared beyond a transaction, and no
/// setting is made for a session.
pub async fn connect_pooled(url: &str) -> Result<Db, DbErr> {
    let mut options = common_options(url);
    options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(0));
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
    });
    Ok(Db {
        pool: Database::connect(options).await?,
        writer: None,
        probe: Arc::default(),
        counters: Arc::default(),
        is_pooled: true,
        replica: None,
        seals: None,
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

/// Pool size and time limits.
fn common_options(url: &str) -> ConnectOptions {
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
    options
}

pub(super) fn options(url: &str) -> ConnectOptions {
    let mut options = common_options(url);
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

/// Locks the rows of a query until the transaction ends; SQLite's single writer needs no such lock.
pub fn for_update<Q: QuerySelect>(txn: &impl ConnectionTrait, query: Q) -> Q {
    if supports_skip_locked(txn) {
        query.lock(LockType::Update)
    } else {
        query
    }
}

/// Whether rows can be claimed with `FOR UPDATE SKIP LOCKED`; SQLite's single writer needs no such lock.
pub fn supports_skip_locked(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}
