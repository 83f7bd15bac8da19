//! A unit of work for later, done at least once, so it must be idempotent. `subject` is at most an id.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The kind of the row.
    pub kind: String,
    /// The id that the job is about, or empty.
    pub subject: String,
    /// At most one open job has the key.
    pub dedup_key: Option<String>,
    /// When it is due.
    pub run_at: DateTimeUtc,
    /// Number of attempts so far.
    pub attempts: i32,
    /// Until when a worker holds the job.
    pub locked_until: Option<DateTimeUtc>,
    /// When it was done. `None` while it is open.
    pub done_at: Option<DateTimeUtc>,
    /// When it was given up.
    pub failed_at: Option<DateTimeUtc>,
    /// The error of the last attempt.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// The id of the request that caused it. `None` if none did.
    pub request_id: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
