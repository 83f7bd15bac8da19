//! The pool, and the only way to open a write transaction.

use std::ops::Deref;
use std::time::Duration;

use migration::MigratorTrait;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

/// Connections to PostgreSQL.
const MAX_CONNECTIONS: u32 = 16;
/// SQLite's readers: each is a thread with a page cache of its own.
const MAX_READERS: u32 = 8;
/// A write on SQLite waits this long for the ones before it.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
const ACQUIRE: Duration = Duration::from_secs(8);
/// Statements a connection keeps prepared; the product has a few hundred.
const PREPARED: usize = 512;

/// Any number that nobody else on the database server uses for an advisory lock.
const MIGRATION_LOCK: i64 = 0x7a68_6974_6f6e_6701;

/// The database. Reads go straight to it, on whatever connection is free; writes through `write`.
#[derive(Clone, Debug)]
pub struct Db {
    pool: DatabaseConnection,
    /// SQLite's one writer. It has a connection of its own: whoever waits queues, first come, first served, instead of
    /// sleeping for the lock; its page cache is never outdated by somebody else; and what it prepares stays prepared.
    writer: Option<DatabaseConnection>,
}

impl Deref for Db {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.pool
    }
}

impl Db {
    pub async fn close(self) -> Result<(), DbErr> {
        if let Some(writer) = self.writer {
            writer.close().await?;
        }
        self.pool.close().await
    }
}

pub async fn connect(url: &str) -> Result<Db, DbErr> {
    let pool = Database::connect(options(url)).await?;
    let writer = if skips_locked(&pool) {
        None
    } else {
        let mut options = options(url);
        options.max_connections(1).acquire_timeout(SQLITE_BUSY);
        Some(Database::connect(options).await?)
    };
    Ok(Db { pool, writer })
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    let most = if url.starts_with("sqlite") {
        MAX_READERS
    } else {
        MAX_CONNECTIONS
    };
    options
        .max_connections(most)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .sqlx_logging(false);
    options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(PREPARED));
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            // FULL: a commit that was answered survives a power cut, not only a crash.
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY)
            .statement_cache_capacity(PREPARED)
            .pragma("cache_size", "-16000")
    });
    options
}

/// A transaction that may write. Rolled back when it is dropped before `commit`.
pub struct WriteTransaction(DatabaseTransaction);

impl WriteTransaction {
    pub async fn commit(self) -> Result<(), DbErr> {
        self.0.commit().await
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        self.0.rollback().await
    }
}

/// Statements go to what is inside.
macro_rules! hands_on {
    ($outer:ty, $inner:tt) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $outer {
            fn get_database_backend(&self) -> DbBackend {
                self.$inner.get_database_backend()
            }

            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                self.$inner.execute_raw(statement).await
            }

            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.$inner.execute_unprepared(sql).await
            }

            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                self.$inner.query_one_raw(statement).await
            }

            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.$inner.query_all_raw(statement).await
            }
        }
    };
}

hands_on!(WriteTransaction, 0);
hands_on!(Db, pool);

/// Opens a write transaction. On SQLite it takes the write lock at once: a transaction that reads first
/// and writes later would fail with "database is locked" as soon as two processes meet.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens a transaction"
)]
pub async fn write(db: &Db) -> Result<WriteTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let connection = db.writer.as_ref().unwrap_or(&db.pool);
    Ok(WriteTransaction(connection.begin_with_options(options).await?))
}

/// Brings the schema up to date. Replicas that start together do it one after the other.
pub async fn migrate(url: &str) -> Result<(), DbErr> {
    let db = for_migrations(url).await?;
    migration::Migrator::up(&db, None).await?;
    db.close().await
}

/// Takes the last migration back.
pub async fn migrate_down(url: &str) -> Result<(), DbErr> {
    let db = for_migrations(url).await?;
    migration::Migrator::down(&db, Some(1)).await?;
    db.close().await
}

/// One connection, so that no other has the old schema in mind.
async fn for_migrations(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(url);
    options.max_connections(1);
    let db = Database::connect(options).await?;
    if skips_locked(&db) {
        // Held by this one connection until it closes.
        db.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            .await?;
    }
    Ok(db)
}

/// Whether rows can be claimed with `FOR UPDATE SKIP LOCKED`; SQLite's single writer needs no such lock.
pub fn skips_locked(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}
