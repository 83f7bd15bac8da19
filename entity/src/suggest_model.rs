//! A category model that was trained on orders; the latest is active.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "suggest_model")]
pub struct Model {
    /// Its version.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The trained model, serialized.
    pub model: Vec<u8>,
    /// Its evaluation on orders outside of the training data.
    pub report: Json,
    /// Number of training orders.
    pub orders: i32,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
