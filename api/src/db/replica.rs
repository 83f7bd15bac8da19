//! A streaming replica of the PostgreSQL server, as far as this process knows it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement,
};

/// A replica that does not answer for so long is not waited for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// The longest that one list may take.
const READ_TIMEOUT: Duration = Duration::from_secs(15);
/// A job waits so often for a replica that is a moment behind.
const CATCH_UP_LOOKS: usize = 40;
const CATCH_UP_PAUSE: Duration = Duration::from_millis(50);
/// Positions of the primary that the replica has not reached yet; beyond it only the oldest ones count.
const MAX_POSITIONS: usize = 600;

/// Where a server is in the write-ahead log. `NULL` for a replica that has become a primary.
const REPLAYED: &str = "SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() - '0/0' END)::bigint \
                        AS position, current_database()::text AS name, \
                        (SELECT system_identifier FROM pg_control_system()) AS cluster";
/// The insert position: it is past a transaction that was committed without waiting for the disk.
const WRITTEN: &str = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS position, \
                       current_database()::text AS name, \
                       (SELECT system_identifier FROM pg_control_system()) AS cluster";

/// A server, one of its databases, and its position in the write-ahead log in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub cluster: i64,
    pub database: String,
    /// Of a primary what it has written, of a replica what it has replayed. `None` if a replica was expected and the
    /// server is a primary.
    pub position: Option<i64>,
}

impl Place {
    /// The query for the place of a primary.
    #[must_use]
    pub fn of_primary() -> Statement {
        Statement::from_string(DbBackend::Postgres, WRITTEN)
    }

    /// The query for the place of a replica.
    #[must_use]
    pub fn of_replica() -> Statement {
        Statement::from_string(DbBackend::Postgres, REPLAYED)
    }

    pub fn from_row(row: Option<QueryResult>) -> Result<Self, DbErr> {
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the position in the log".to_owned()))?;
        Ok(Self {
            cluster: row.try_get("", "cluster")?,
            database: row.try_get("", "name")?,
            position: row.try_get("", "position")?,
        })
    }

    /// Returns `true` if both are the same database of one primary and its replicas.
    #[must_use]
    pub fn is_same_database(&self, other: &Self) -> bool {
        (self.cluster, &self.database) == (other.cluster, &other.database)
    }
}

/// Connections to the replica, and whether it may be read from.
#[derive(Debug)]
pub struct Replica {
    pool: DatabaseConnection,
    max_lag: Duration,
    /// A position that it has certainly replayed.
    replayed: AtomicI64,
    is_usable: AtomicBool,
}

impl Replica {
    /// Connects when it is first read from: a replica that is down does not keep the product from starting.
    pub async fn open(mut options: ConnectOptions, max_lag: Duration) -> Result<Self, DbErr> {
        options
            .connect_lazy(true)
            .min_connections(0)
            .connect_timeout(ANSWER_TIMEOUT)
            .acquire_timeout(ANSWER_TIMEOUT);
        Ok(Self {
            pool: Database::connect(options).await?,
            max_lag,
            replayed: AtomicI64::new(0),
            is_usable: AtomicBool::new(false),
        })
    }

    pub fn is_usable(&self) -> bool {
        self.is_usable.load(Ordering::Acquire)
    }

    /// Not read from again before the next look at it.
    pub fn suspend(&self) {
        self.is_usable.store(false, Ordering::Release);
    }

    /// Returns `true` if everything up to this position has been replayed.
    pub async fn has_replayed(&self, position: i64) -> bool {
        if self.replayed.load(Ordering::Acquire) >= position {
            return true;
        }
        match self.place().await {
            Ok(place) => place.position.is_some_and(|replayed| replayed >= position),
            Err(_) => {
                self.suspend();
                false
            }
        }
    }

    /// Waits some moments until everything up to this position has been replayed.
    pub async fn comes_to(&self, position: i64) -> bool {
        for _ in 0..CATCH_UP_LOOKS {
            if self.has_replayed(position).await {
                return true;
            }
            tokio::time::sleep(CATCH_UP_PAUSE).await;
        }
        false
    }

    pub async fn query_one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        within(READ_TIMEOUT, self.pool.query_one_raw(statement)).await
    }

    pub async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        within(READ_TIMEOUT, self.pool.query_all_raw(statement)).await
    }

    /// Asks the replica how far it is.
    pub async fn place(&self) -> Result<Place, DbErr> {
        let asked = self.pool.query_one_raw(Place::of_replica());
        let place = Place::from_row(within(ANSWER_TIMEOUT, asked).await?)?;
        if let Some(position) = place.position {
            self.replayed.fetch_max(position, Ordering::AcqRel);
        }
        Ok(place)
    }

    /// Decides from the place of the primary whether the replica may be read from, until the next look.
    pub async fn look(&self, primary: &Place, behind: &mut Behind) {
        let place = self.place().await;
        let verdict = match &place {
            Ok(place) if !place.is_same_database(primary) => Err("another database"),
            Ok(place) => match place.position.map(|replayed| behind.lag(primary, replayed)) {
                Some(lag) if lag > self.max_lag => Err("too far behind"),
                Some(_) => Ok(()),
                None => Err("not a replica"),
            },
            Err(_) => Err("no answer"),
        };
        let was_usable = self.is_usable.swap(verdict.is_ok(), Ordering::AcqRel);
        match verdict {
            Ok(()) if !was_usable => tracing::info!("read replica in use"),
            Err(reason) if was_usable => {
                let error = place.err();
                tracing::warn!(
                    reason,
                    error = error.map(tracing::field::display),
                    "read replica left out"
                );
            }
            _ => {}
        }
    }

    pub async fn close(&self) -> Result<(), DbErr> {
        self.pool.close_by_ref().await
    }
}

/// An answer that does not come in time is a lost connection.
async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    let late = |_| DbErr::Conn(sea_orm::RuntimeErr::Internal("no answer in time".to_owned()));
    tokio::time::timeout(limit, answer).await.map_err(late)?
}

/// Positions of the primary by the time at which they were seen, oldest first, that the replica has not reached.
///
/// A delay counted by this clock is right where the replica's own is not: `pg_last_xact_replay_timestamp` grows while
/// nothing is written, and its log has no gap while the line to the primary is cut.
#[derive(Debug, Default)]
pub struct Behind(VecDeque<(Instant, i64)>);

impl Behind {
    /// How long ago the primary was past what the replica has replayed.
    fn lag(&mut self, primary: &Place, replayed: i64) -> Duration {
        if let Some(position) = primary.position
            && self.0.len() < MAX_POSITIONS
        {
            self.0.push_back((Instant::now(), position));
        }
        while self.0.front().is_some_and(|(_, position)| *position <= replayed) {
            self.0.pop_front();
        }
        self.0.front().map_or(Duration::ZERO, |(at, _)| at.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn primary_at(position: i64) -> Place {
        Place {
            cluster: 1,
            database: "city".to_owned(),
            position: Some(position),
        }
    }

    #[test]
    fn the_lag_is_the_age_of_the_oldest_position_that_is_not_replayed() {
        let mut behind = Behind::default();
        assert_eq!(behind.lag(&primary_at(100), 100), Duration::ZERO);
        behind.lag(&primary_at(200), 100);
        let first = behind.0.front().map(|(at, _)| *at);
        behind.lag(&primary_at(300), 199);
        assert_eq!(behind.0.front().map(|(at, _)| *at), first);
        assert_eq!(behind.0.len(), 2);
        behind.lag(&primary_at(300), 200);
        assert!(behind.0.front().is_some_and(|(_, position)| *position == 300));
        assert_eq!(behind.lag(&primary_at(300), 300), Duration::ZERO);
    }

    #[test]
    fn another_database_of_the_same_server_is_no_replica() {
        let other = Place {
            database: "another".to_owned(),
            ..primary_at(1)
        };
        assert!(!primary_at(1).is_same_database(&other));
        assert!(primary_at(1).is_same_database(&primary_at(2)));
    }
}
