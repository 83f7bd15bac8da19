//! 督办单: numbered per city and year, must be answered.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, SupervisionOrderId, UnitId};
use crate::kinds::SupervisionLevel;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "supervision_order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupervisionOrderId,
    pub number: String,
    pub order_id: OrderId,
    pub round: i32,
    pub unit_id: UnitId,
    pub level: SupervisionLevel,
    #[sea_orm(column_type = "Text")]
    pub requirement: String,
    /// `None` if a dissatisfied verdict issued it.
    pub issued_by: Option<PersonId>,
    pub issued_at: DateTimeUtc,
    pub due_at: DateTimeUtc,
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    pub answered_by: Option<PersonId>,
    pub answered_at: Option<DateTimeUtc>,
    /// The body that issued it; none before it was recorded.
    pub issuer: Option<String>,
    /// When its order was closed.
    pub closed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
