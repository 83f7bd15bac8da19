//! 督办单: numbered per city and year, must be answered.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, SupervisionOrderId, UnitId};
use crate::kinds::SupervisionLevel;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "supervision_order")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupervisionOrderId,
    /// The number that people use.
    pub number: String,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The unit that it concerns.
    pub unit_id: UnitId,
    /// The level of supervision.
    pub level: SupervisionLevel,
    /// The request to the unit.
    #[sea_orm(column_type = "Text")]
    pub requirement: String,
    /// `None` if a dissatisfied verdict issued it.
    pub issued_by: Option<PersonId>,
    /// When it was issued.
    pub issued_at: DateTimeUtc,
    /// The first instant that is too late.
    pub due_at: DateTimeUtc,
    /// The answer, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// The person who answered.
    pub answered_by: Option<PersonId>,
    /// When it was answered. `None` while it waits.
    pub answered_at: Option<DateTimeUtc>,
    /// The body that issued it; none before it was recorded.
    pub issuer: Option<String>,
    /// When its order was closed.
    pub closed_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
