//! 派单: assignment of an order to a unit in one round.

use sea_orm::entity::prelude::*;

use crate::ids::{AssignmentId, OrderId, PersonId, UnitId};
use crate::kinds::{AssignmentRole, AssignmentStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    pub order_id: OrderId,
    pub round: i32,
    pub unit_id: UnitId,
    pub role: AssignmentRole,
    pub parent_id: Option<AssignmentId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub requirement: Option<String>,
    pub due_at: Option<DateTimeUtc>,
    pub status: AssignmentStatus,
    /// The unit's internal account of its part.
    #[sea_orm(column_type = "Text", nullable)]
    pub account: Option<String>,
    pub created_by: Option<PersonId>,
    pub created_at: DateTimeUtc,
    pub accepted_at: Option<DateTimeUtc>,
    pub done_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
