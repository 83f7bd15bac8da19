//! A leaf of the Merkle tree of the record. Append-only.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;
use crate::kinds::LeafKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_leaf")]
pub struct Model {
    /// Consecutive from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub idx: i64,
    /// The kind of the row.
    pub kind: LeafKind,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// Its place in the sequence, from 1.
    pub seq: i64,
    /// The entry's hash in its chain.
    pub hash: String,
    /// The hash over the rows of the order; on the last leaf of an order in each batch.
    pub state: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
