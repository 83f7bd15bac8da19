//! 延期: requested by the unit, decided by an operator.

use sea_orm::entity::prelude::*;

use crate::ids::{ExtensionId, OrderId, PersonId, UnitId};
use crate::kinds::ExtensionStatus;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "extension")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExtensionId,
    pub order_id: OrderId,
    pub round: i32,
    pub unit_id: UnitId,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub days: i32,
    pub status: ExtensionStatus,
    pub asked_by: PersonId,
    pub asked_at: DateTimeUtc,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub due_before: DateTimeUtc,
    pub due_after: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
