//! 退单: a unit states that it is not responsible.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, ReturnId, UnitId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_return")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReturnId,
    pub order_id: OrderId,
    pub round: i32,
    pub unit_id: UnitId,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub proposed_unit_id: Option<UnitId>,
    pub person_id: PersonId,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
