//! 退单: a unit states that it is not responsible.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, ReturnId, UnitId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_return")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReturnId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The unit that it concerns.
    pub unit_id: UnitId,
    /// The unit's reason.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// The unit that it proposes instead.
    pub proposed_unit_id: Option<UnitId>,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
