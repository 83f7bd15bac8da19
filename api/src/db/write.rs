//! Write transactions. No write reaches the database outside one, and none is reported as committed before the database
//! has committed it.
//!
//! SQLite rolls a transaction back by itself when the disk is full or fails. The driver does not notice: its `ROLLBACK`
//! fails, its transaction depth stays above 0, and from then on it opens savepoints instead of transactions, whose
//! "commit" commits nothing (`docs/reliability.md`, "The fault in the driver"). Three rules exclude this:
//! 1. The writer is used only at depth 0 ([`super::pool`] checks at every checkout). At depth 0 the driver sends a plain
//!    `BEGIN IMMEDIATE`, which SQLite refuses inside a transaction, and checks `sqlite3_get_autocommit` afterwards.
//! 2. After a temporary error nothing more is sent in this transaction, and it cannot be committed.
//! 3. After such an error, a failed `COMMIT` or a failed `ROLLBACK` the writer's connection is closed and opened anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tracing::Instrument as _;

use crate::db::counters::Counters;
use crate::db::failure::Failure;
use crate::db::pool::{Db, WriterState, supports_skip_locked};
use crate::db::read_scope;
use crate::event_seal::EventSeals;

/// First in a transaction through a pooler: the names of prepared statements that other transactions have left on the
/// server's connection are free again, and a transaction that stays open is ended.
const BEGIN_POOLED: &str = "DEALLOCATE ALL; SET LOCAL idle_in_transaction_session_timeout = '2min'";

/// A transaction that may write. Rolled back when it is dropped before `commit`.
pub struct WriteTransaction {
    inner: DatabaseTransaction,
    /// Of SQLite's one writer; `None` on PostgreSQL.
    writer: Option<WriterState>,
    /// A statement failed in a way after which the database may have ended the transaction.
    is_broken: AtomicBool,
    /// The server's connection is shared by a pooler, and nothing was prepared on it yet.
    is_unclean: AtomicBool,
    seals: Option<EventSeals>,
    counters: Arc<Counters>,
}

impl WriteTransaction {
    /// Commits.
    ///
    /// # Errors
    /// An error means that the transaction was not acknowledged: it is rolled back, or, when the connection was lost
    /// during the commit, its fate is unknown.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.check()?;
        let committed = self.inner.commit().await;
        if committed.is_err() {
            discard(self.writer.as_ref());
        }
        // Also after an error: a lost connection leaves open whether it was committed.
        read_scope::note_write();
        committed
    }

    /// Ends a transaction that has only read.
    pub(super) async fn end_reading(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        let rolled_back = self.inner.rollback().await;
        if rolled_back.is_err() {
            discard(self.writer.as_ref());
        }
        rolled_back
    }

    /// The seal of a history entry, or `None` if the database was opened without keys.
    #[must_use]
    pub fn seal(&self, place: &str, hash: &str) -> Option<String> {
        self.seals.as_ref()?.seal(place, hash)
    }

    /// Makes every statement see the data of one instant. Must be the first statement of the transaction. SQLite's write
    /// transactions are alone, so they do in any case.
    pub async fn snapshot(&self) -> Result<(), DbErr> {
        if supports_skip_locked(self) {
            let statement = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
            self.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), DbErr> {
        if self.is_broken.load(Ordering::Acquire) {
            let reason = "the transaction ended with an earlier error";
            return Err(DbErr::Conn(RuntimeErr::Internal(reason.to_owned())));
        }
        Ok(())
    }

    /// Makes the server's connection fit for prepared statements. Not done by `begin`, because nothing may precede
    /// [`Self::snapshot`].
    async fn clean(&self) -> Result<(), DbErr> {
        if self.is_unclean.swap(false, Ordering::AcqRel) {
            self.run(self.inner.execute_unprepared(BEGIN_POOLED)).await?;
        }
        Ok(())
    }

    /// Runs one statement, unless an earlier one has broken the transaction.
    async fn run<T>(&self, statement: impl Future<Output = Result<T, DbErr>> + Send) -> Result<T, DbErr> {
        self.check()?;
        self.counters.count_statement();
        let result = statement.await;
        if let Err(error) = &result
            && Failure::from_error(error).is_temporary()
        {
            self.is_broken.store(true, Ordering::Release);
            discard(self.writer.as_ref());
        }
        result
    }
}

fn discard(writer: Option<&WriterState>) {
    if let Some(writer) = writer {
        writer.discard();
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for WriteTransaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.clean().await?;
        self.run(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.clean().await?;
        self.run(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.clean().await?;
        self.run(self.inner.query_all_raw(statement)).await
    }
}

/// Opens a write transaction.
///
/// On SQLite it takes the write lock at once: a transaction that reads first and writes later would fail with "database is
/// locked" as soon as two processes meet. On PostgreSQL, `BEGIN` runs in a task of its own: a caller that is dropped while
/// it waits for the answer would leave the transaction open on a pooled connection, because the driver counts a
/// transaction only when the answer has come.
pub async fn write(db: &Db) -> Result<WriteTransaction, DbErr> {
    let Some((connection, state)) = &db.writer else {
        let begin = begin(db.pool.clone()).in_current_span();
        let begun = tokio::spawn(begin).await;
        let inner = begun.map_err(|error| DbErr::Conn(RuntimeErr::Internal(error.to_string())))??;
        return Ok(WriteTransaction::new(inner, None, db));
    };
    match begin(connection.clone()).await {
        Ok(inner) => Ok(WriteTransaction::new(inner, Some(state.clone()), db)),
        Err(error) => {
            if !matches!(error, DbErr::ConnectionAcquire(_)) {
                state.discard();
            }
            Err(error)
        }
    }
}

impl WriteTransaction {
    fn new(inner: DatabaseTransaction, writer: Option<WriterState>, db: &Db) -> Self {
        db.counters.count_write();
        Self {
            inner,
            writer,
            is_broken: AtomicBool::new(false),
            is_unclean: AtomicBool::new(db.is_pooled),
            seals: db.seals.clone(),
            counters: Arc::clone(&db.counters),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens a transaction"
)]
async fn begin(connection: sea_orm::DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    connection.begin_with_options(options).await
}
