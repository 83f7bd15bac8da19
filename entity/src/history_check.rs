//! One verification of the whole history, and its progress.

use sea_orm::entity::prelude::*;

use crate::ids::{HistoryCheckId, PersonId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "history_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HistoryCheckId,
    pub asked_by: Option<PersonId>,
    pub asked_at: DateTimeUtc,
    /// Number of events at the time of the request.
    pub total: i64,
    /// Events read so far.
    pub events: i64,
    pub orders: i64,
    pub acts: i64,
    /// The position to continue from.
    pub reached: Option<Json>,
    /// The first wrong link.
    pub broken: Option<Json>,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
