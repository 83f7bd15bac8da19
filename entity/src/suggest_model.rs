//! A suggestion of categories that was learned from orders; the latest is in use.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "suggest_model")]
pub struct Model {
    /// Its version.
    #[sea_orm(primary_key)]
    pub id: i64,
    pub model: Vec<u8>,
    /// How it did on orders it had not seen.
    pub report: Json,
    /// How many orders it was learned from.
    pub orders: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
