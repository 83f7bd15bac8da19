//! 回访: one request for a verdict, automatic or by phone.

use sea_orm::entity::prelude::*;

use crate::ids::{FollowUpId, OrderId, PersonId};
use crate::kinds::{FollowUpKind, FollowUpStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FollowUpId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The kind of the row.
    pub kind: FollowUpKind,
    /// The present state.
    pub status: FollowUpStatus,
    /// Calls in vain that count.
    pub tries: i32,
    /// Time of the last of them.
    pub called_at: Option<DateTimeUtc>,
    /// Working days on which they were made.
    pub call_days: i32,
    /// The result, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    /// When it was requested.
    pub asked_at: DateTimeUtc,
    /// Time of the reminder, or from which the next call in vain counts.
    pub next_at: Option<DateTimeUtc>,
    /// When it was answered. `None` while it waits.
    pub answered_at: Option<DateTimeUtc>,
    /// The person who handled it.
    pub handled_by: Option<PersonId>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
