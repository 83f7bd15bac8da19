//! Materialized count: open orders by the hour in which they reached their stage.

use sea_orm::entity::prelude::*;

use crate::kinds::Status;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "overview_dwell")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub status: Status,
    /// The beginning of the hour.
    #[sea_orm(primary_key, auto_increment = false)]
    pub since: DateTimeUtc,
    pub orders: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
