//! Classes of database errors.

use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Class of a database error, as it matters to the caller.
///
/// Every class but `Other` is temporary: the request was not carried out, or it is unknown whether it was, and may be
/// sent again with the same idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A lock or a pooled connection did not come free in time.
    Busy,
    /// The server, the connection or the pool is gone, or refuses for now.
    ConnectionLost,
    /// No space is left for data.
    StorageFull,
    /// The storage or the memory below the database failed.
    StorageFault,
    /// An error of the statement: a constraint, a syntax error, a missing row.
    Other,
}

impl Failure {
    #[must_use]
    pub fn from_error(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(cause) => match cause {
                sea_orm::ConnAcquireErr::Timeout => Self::Busy,
                sea_orm::ConnAcquireErr::ConnectionClosed => Self::ConnectionLost,
            },
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => Self::from_sqlx(cause),
            DbErr::Conn(_) => Self::ConnectionLost,
            _ => Self::Other,
        }
    }

    /// The class of the first database error in an error's chain of causes.
    #[must_use]
    pub fn from_chain(error: &anyhow::Error) -> Self {
        error
            .chain()
            .find_map(|cause| cause.downcast_ref::<DbErr>())
            .map_or(Self::Other, Self::from_error)
    }

    /// Returns `true` if the client may send the request again later.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        self != Self::Other
    }

    fn from_sqlx(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(cause) => Self::from_database(cause.as_ref()),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::ConnectionLost,
            _ => Self::Other,
        }
    }

    fn from_database(error: &dyn DatabaseError) -> Self {
        let code = error.code().unwrap_or_default();
        if error.try_downcast_ref::<PgDatabaseError>().is_some() {
            return Self::from_sqlstate(&code);
        }
        if error.try_downcast_ref::<SqliteError>().is_some() {
            let code = code.parse().unwrap_or_default();
            return Self::from_sqlite_code(code, error.message());
        }
        Self::Other
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn from_sqlstate(code: &str) -> Self {
        match code {
            // Serialization failure, deadlock, lock not available, cancelled by a timeout.
            "40001" | "40P01" | "55P03" | "57014" => Self::Busy,
            // Out of disk space, out of memory.
            "53100" | "53200" => Self::StorageFull,
            // Too many connections; read-only after a failover; idle in a transaction for too long; shutdown, crash,
            // start-up of the server; a database that is being dropped; an idle session.
            "53300" | "25006" | "25P03" | "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => {
                Self::ConnectionLost
            }
            _ if code.starts_with("08") => Self::ConnectionLost,
            // System errors, data or index corrupted.
            _ if code.starts_with("58") || code.starts_with("XX00") => Self::StorageFault,
            _ => Self::Other,
        }
    }

    /// <https://sqlite.org/rescode.html>; the low byte of an extended code is the primary code.
    fn from_sqlite_code(code: u32, message: &str) -> Self {
        match code & 0xff {
            // BUSY, LOCKED.
            5 | 6 => Self::Busy,
            // FULL.
            13 => Self::StorageFull,
            // NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB.
            7 | 8 | 10 | 11 | 14 | 26 => Self::StorageFault,
            // SQLite has ended the transaction by itself, or one was left open on the connection.
            1 if message.contains("no transaction is active") || message.contains("within a transaction") => {
                Self::StorageFault
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlstates_of_a_lost_connection_are_temporary() {
        for code in ["57P01", "57P02", "57P03", "08000", "08006", "53300", "25006"] {
            assert_eq!(Failure::from_sqlstate(code), Failure::ConnectionLost, "{code}");
        }
        for code in ["23505", "42601", "22001", "57000"] {
            assert_eq!(Failure::from_sqlstate(code), Failure::Other, "{code}");
        }
        assert_eq!(Failure::from_sqlstate("53100"), Failure::StorageFull);
        assert_eq!(Failure::from_sqlstate("40P01"), Failure::Busy);
    }

    #[test]
    fn extended_sqlite_codes_belong_to_their_primary_code() {
        let class = |code| Failure::from_sqlite_code(code, "");
        assert_eq!(class(13), Failure::StorageFull);
        // IOERR_WRITE, IOERR_FSYNC, CORRUPT_INDEX.
        for code in [778, 1034, 779] {
            assert_eq!(class(code), Failure::StorageFault, "{code}");
        }
        // BUSY_SNAPSHOT.
        assert_eq!(class(517), Failure::Busy);
        // CONSTRAINT_UNIQUE.
        assert_eq!(class(2067), Failure::Other);
        let lost = "cannot commit - no transaction is active";
        assert_eq!(Failure::from_sqlite_code(1, lost), Failure::StorageFault);
    }

    #[test]
    fn a_closed_pool_and_a_broken_line_are_lost_connections() {
        let lost = [
            sqlx::Error::PoolClosed,
            sqlx::Error::WorkerCrashed,
            sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()),
        ];
        for error in lost {
            let error = DbErr::Query(RuntimeErr::SqlxError(error.into()));
            assert_eq!(Failure::from_error(&error), Failure::ConnectionLost, "{error}");
            let wrapped = anyhow::Error::from(error).context("reading");
            assert_eq!(Failure::from_chain(&wrapped), Failure::ConnectionLost);
        }
        assert_eq!(Failure::from_error(&DbErr::RecordNotInserted), Failure::Other);
    }
}
