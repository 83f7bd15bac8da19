//! Materialized count: events of a period. `area` and `subject` are as in `overview_stock`.

use sea_orm::entity::prelude::*;

use crate::kinds::Grain;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "overview_flow")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub grain: Grain,
    /// First day of the period, in local time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_on: Date,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub arrived_snap: i64,
    pub arrived_scan: i64,
    pub arrived_call: i64,
    pub closed: i64,
    /// Response deadlines decided in the period, and those of them that were met.
    pub response_due: i64,
    pub response_met: i64,
    pub resolution_due: i64,
    pub resolution_met: i64,
    pub satisfied: i64,
    pub basically_satisfied: i64,
    pub dissatisfied: i64,
    /// Closed without a verdict (未评价).
    pub unrated: i64,
    pub solved: i64,
    pub partly_solved: i64,
    pub unsolved: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
