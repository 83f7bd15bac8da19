//! Statements of callers outside a transaction: the one place that decides which server answers a read.
//!
//! A plain `SELECT` that fails with a lost connection is sent once more, on another connection.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::db::failure::Failure;
use crate::db::marks;
use crate::db::pool::Db;
use crate::db::read_scope::{self, ReadScope, Wants};
use crate::db::replica::{Place, Replica};
use crate::db::write::write;

#[async_trait::async_trait]
impl ConnectionTrait for Db {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        read_scope::note_write();
        self.count(&statement);
        if !self.is_pooled {
            return self.pool.execute_raw(statement).await;
        }
        let txn = write(self).await?;
        let done = txn.execute_raw(statement).await?;
        txn.commit().await?;
        Ok(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        read_scope::note_write();
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.count(&statement);
        if let Some((replica, scope)) = self.replica_for(&statement).await {
            match replica.query_one(statement.clone()).await {
                Ok(found) => return Ok(found),
                Err(error) => leave(replica, &scope, &error),
            }
        }
        self.primary_one(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.count(&statement);
        if let Some((replica, scope)) = self.replica_for(&statement).await {
            match replica.query_all(statement.clone()).await {
                Ok(found) => return Ok(found),
                Err(error) => leave(replica, &scope, &error),
            }
        }
        self.primary_all(statement).await
    }
}

/// A replica that is lost, busy or read-only where the statement is not never makes a read fail.
fn leave(replica: &Replica, scope: &ReadScope, error: &DbErr) {
    scope.leave();
    if Failure::from_error(error).is_temporary() {
        replica.suspend();
    }
    tracing::warn!(%error, "read repeated on the primary");
}

impl Db {
    fn count(&self, statement: &Statement) {
        self.counters.count_statement();
        if is_read(statement) {
            self.counters.note_read(statement);
        } else {
            self.counters.count_write();
        }
    }

    /// Returns the replica if it may answer this statement of the running request or job.
    async fn replica_for(&self, statement: &Statement) -> Option<(&Replica, Arc<ReadScope>)> {
        let replica = self.replica.as_deref()?;
        let scope = read_scope::current()?;
        if scope.wants == Wants::Primary || scope.is_left() || !is_read(statement) {
            return None;
        }
        if scope.wants == Wants::OwnWrites && scope.reader().is_none() {
            return None;
        }
        let chosen = scope.choice.get_or_init(|| self.may_answer(replica, &scope));
        chosen.await.then_some((replica, Arc::clone(&scope)))
    }

    /// Returns `true` if the replica has what the scope wants.
    async fn may_answer(&self, replica: &Replica, scope: &ReadScope) -> bool {
        if !replica.is_usable() {
            return false;
        }
        let wanted = match scope.wants {
            Wants::Primary => return false,
            Wants::OwnWrites => self.position_of_reader(scope).await,
            Wants::Everything => self.primary_place().await.map(|place| place.position),
        };
        match wanted {
            Ok(None) => true,
            Ok(Some(position)) if scope.wants == Wants::Everything => replica.comes_to(position).await,
            Ok(Some(position)) => replica.has_replayed(position).await,
            // The primary says itself what is wrong.
            Err(_) => false,
        }
    }

    async fn position_of_reader(&self, scope: &ReadScope) -> Result<Option<i64>, DbErr> {
        let Some(person) = scope.reader() else {
            return Ok(None);
        };
        let row = self.primary_one(marks::last_write(person)).await?;
        row.map(|row| row.try_get("", "lsn")).transpose()
    }

    pub(super) async fn primary_place(&self) -> Result<Place, DbErr> {
        Place::from_row(self.primary_one(Place::of_primary()).await?)
    }

    async fn primary_one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let again = is_read(&statement).then(|| statement.clone());
        match (self.primary_one_once(statement).await, again) {
            (Err(error), Some(again)) if is_lost(&error) => self.primary_one_once(again).await,
            (result, _) => result,
        }
    }

    async fn primary_one_once(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if !self.is_pooled {
            return self.pool.query_one_raw(statement).await;
        }
        let txn = write(self).await?;
        let row = txn.query_one_raw(statement).await?;
        txn.end_reading().await?;
        Ok(row)
    }

    async fn primary_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let again = is_read(&statement).then(|| statement.clone());
        match (self.primary_all_once(statement).await, again) {
            (Err(error), Some(again)) if is_lost(&error) => self.primary_all_once(again).await,
            (result, _) => result,
        }
    }

    async fn primary_all_once(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !self.is_pooled {
            return self.pool.query_all_raw(statement).await;
        }
        let txn = write(self).await?;
        let rows = txn.query_all_raw(statement).await?;
        txn.end_reading().await?;
        Ok(rows)
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
