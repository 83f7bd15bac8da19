//! One file of orders from an earlier system, taken in as a whole.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_import")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The name of the file.
    pub file_name: String,
    /// SHA-256 of the file's bytes; a file is imported once.
    pub file_hash: String,
    /// Number of orders.
    pub orders: i32,
    /// When the earliest of its orders was submitted.
    pub first_at: DateTimeUtc,
    /// `None` for the command line.
    pub imported_by: Option<PersonId>,
    /// When it was imported.
    pub imported_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
