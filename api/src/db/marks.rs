//! Marks of the last write of each person: the position of the primary's log that a replica must have replayed before it
//! may answer them.
//!
//! They are kept in the database, because the next request may reach another process.

use entity::ids::PersonId;
use sea_orm::{DbBackend, Statement};

/// Two requests of a person may end in another order than their marks were taken: the greater position is kept.
const MARK: &str = "INSERT INTO last_write (person_id, lsn, written_at) \
                    VALUES ($1, (pg_current_wal_insert_lsn() - '0/0')::bigint, statement_timestamp()) \
                    ON CONFLICT (person_id) DO UPDATE \
                    SET lsn = GREATEST(last_write.lsn, EXCLUDED.lsn), written_at = EXCLUDED.written_at";
/// A replica may be behind by ten minutes at the most (`config`); an older mark says nothing.
const LAST_WRITE: &str = "SELECT lsn FROM last_write \
                          WHERE person_id = $1 AND written_at > statement_timestamp() - interval '1 hour'";

/// The statement that marks a write of this person at the present position.
pub(super) fn mark(person: PersonId) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, MARK, [person.0.into()])
}

/// The query for the position of the person's last write: no row or one with `lsn`.
pub(super) fn last_write(person: PersonId) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, LAST_WRITE, [person.0.into()])
}
