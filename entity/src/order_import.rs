//! One file of orders from an earlier system, taken in as a whole.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_import")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub file_name: String,
    /// SHA-256 of the file's bytes; a file is imported once.
    pub file_hash: String,
    pub orders: i32,
    /// When the earliest of its orders was submitted.
    pub first_at: DateTimeUtc,
    /// `None` for the command line.
    pub imported_by: Option<PersonId>,
    pub imported_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
