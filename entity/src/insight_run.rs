//! One search for hot topics.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_run")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Orders up to this time are included.
    pub until: DateTimeUtc,
    /// Number of orders.
    pub orders: i32,
    /// Number of hot topics.
    pub topics: i32,
    /// Number of new alerts.
    pub crossed: i32,
    /// Fingerprint of the rules by which all orders have been assigned to kinds.
    pub kind_rules: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
