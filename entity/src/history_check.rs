//! One verification of the whole history, and its progress.

use sea_orm::entity::prelude::*;

use crate::ids::{HistoryCheckId, PersonId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "history_check")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HistoryCheckId,
    /// The person who requested it.
    pub asked_by: Option<PersonId>,
    /// When it was requested.
    pub asked_at: DateTimeUtc,
    /// Number of events at the time of the request.
    pub total: i64,
    /// Events read so far.
    pub events: i64,
    /// Number of orders that were verified.
    pub orders: i64,
    /// Number of administrators' actions that were verified.
    pub acts: i64,
    /// The position to continue from.
    pub reached: Option<Json>,
    /// The first wrong link.
    pub broken: Option<Json>,
    /// When it ended. `None` while it runs.
    pub finished_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
