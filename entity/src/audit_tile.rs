//! A tile of the Merkle tree: up to 256 hashes of 32 bytes.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_tile")]
pub struct Model {
    /// The level in the tree, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Idx.
    #[sea_orm(primary_key, auto_increment = false)]
    pub idx: i64,
    /// Hashes, one after the other.
    pub hashes: Vec<u8>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
