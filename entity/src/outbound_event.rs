//! The outbox: written in the transaction of a change, turned into deliveries afterwards.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbound_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The event, as subscribers name it.
    pub event_type: String,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// Structured facts as JSON.
    pub detail: Json,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The id of the request that caused it. `None` if none did.
    pub request_id: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
