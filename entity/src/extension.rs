//! 延期: requested by the unit, decided by an operator.

use sea_orm::entity::prelude::*;

use crate::ids::{ExtensionId, OrderId, PersonId, UnitId};
use crate::kinds::ExtensionStatus;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "extension")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExtensionId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The unit that it concerns.
    pub unit_id: UnitId,
    /// The unit's reason.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Working days asked for.
    pub days: i32,
    /// The present state.
    pub status: ExtensionStatus,
    /// The person of the unit who asked.
    pub asked_by: PersonId,
    /// When it was requested.
    pub asked_at: DateTimeUtc,
    /// The person who decided.
    pub decided_by: Option<PersonId>,
    /// When it was decided. `None` while it is pending.
    pub decided_at: Option<DateTimeUtc>,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// The due time before the extension.
    pub due_before: DateTimeUtc,
    /// The due time after it. `None` unless granted.
    pub due_after: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
