//! One search for hot topics.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_run")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Orders up to this time are included.
    pub until: DateTimeUtc,
    pub orders: i32,
    pub topics: i32,
    pub crossed: i32,
    /// Fingerprint of the rules by which all orders have been assigned to kinds.
    pub kind_rules: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
