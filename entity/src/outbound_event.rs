//! The outbox: written in the transaction of a change, turned into deliveries afterwards.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbound_event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub event_type: String,
    pub order_id: Option<OrderId>,
    pub detail: Json,
    pub at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
