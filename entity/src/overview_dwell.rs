//! Materialized count: open orders by the hour in which they reached their stage.

use sea_orm::entity::prelude::*;

use crate::kinds::Status;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "overview_dwell")]
pub struct Model {
    /// Code of the county-level area; empty for the whole city.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
    /// The present state.
    #[sea_orm(primary_key, auto_increment = false)]
    pub status: Status,
    /// The beginning of the hour.
    #[sea_orm(primary_key, auto_increment = false)]
    pub since: DateTimeUtc,
    /// Number of orders.
    pub orders: i64,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
