//! 派单: assignment of an order to a unit in one round.

use sea_orm::entity::prelude::*;

use crate::ids::{AssignmentId, OrderId, PersonId, UnitId};
use crate::kinds::{AssignmentRole, AssignmentStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The unit that it concerns.
    pub unit_id: UnitId,
    /// 主办, 协办 or 下派.
    pub role: AssignmentRole,
    /// The parent. `None` at the top.
    pub parent_id: Option<AssignmentId>,
    /// The request to the unit.
    #[sea_orm(column_type = "Text", nullable)]
    pub requirement: Option<String>,
    /// The first instant that is too late.
    pub due_at: Option<DateTimeUtc>,
    /// The present state.
    pub status: AssignmentStatus,
    /// The unit's internal account of its part.
    #[sea_orm(column_type = "Text", nullable)]
    pub account: Option<String>,
    /// The person who created it.
    pub created_by: Option<PersonId>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the unit accepted (签收).
    pub accepted_at: Option<DateTimeUtc>,
    /// When it was done. `None` while it is open.
    pub done_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
