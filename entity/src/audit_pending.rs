//! An entry of a history that has no place in the Merkle tree yet. Written in the entry's transaction.

use sea_orm::entity::prelude::*;

use crate::ids::OrderId;
use crate::kinds::LeafKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_pending")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The kind of the row.
    pub kind: LeafKind,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// Its place in the sequence, from 1.
    pub seq: i64,
    /// The entry's hash in its chain.
    pub hash: String,
    /// A keyed hash over place and hash; `None` for entries from before the tree.
    pub seal: Option<String>,
    /// The seal does not hold: the entry never gets a place.
    pub refused: bool,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
