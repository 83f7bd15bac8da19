//! The hashes of an order's rows at its last leaf, so that a difference can be named. The leaf binds them.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_state")]
pub struct Model {
    /// The order that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    /// Names the order when its row is gone.
    pub number: String,
    /// The event of the last leaf.
    pub seq: i64,
    /// 49 bytes per row: kind, id, SHA-256.
    pub items: Vec<u8>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
