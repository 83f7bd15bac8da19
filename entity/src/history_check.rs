//! One reading of all history, and how far it is.

use sea_orm::entity::prelude::*;

use crate::ids::{HistoryCheckId, PersonId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "history_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HistoryCheckId,
    pub asked_by: Option<PersonId>,
    pub asked_at: DateTimeUtc,
    /// Events there were when it was asked for.
    pub total: i64,
    /// Read so far.
    pub events: i64,
    pub orders: i64,
    pub acts: i64,
    /// Where to go on.
    pub reached: Option<Json>,
    /// The first link that does not hold.
    pub broken: Option<Json>,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
