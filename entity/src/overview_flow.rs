//! Materialized count: events of a period. `area` and `subject` are as in `overview_stock`.

use sea_orm::entity::prelude::*;

use crate::kinds::Grain;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "overview_flow")]
pub struct Model {
    /// Code of the county-level area; empty for the whole city.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
    /// The length of the period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grain: Grain,
    /// First day of the period, in local time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_on: Date,
    /// Its subject: empty, or a kind's letter and an id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// Reports by 随手拍.
    pub arrived_snap: i64,
    /// Reports by 有事请扫码.
    pub arrived_scan: i64,
    /// Reports by 代表来电.
    pub arrived_call: i64,
    /// Orders closed.
    pub closed: i64,
    /// Response deadlines decided in the period, and those of them that were met.
    pub response_due: i64,
    /// Response deadlines that were met.
    pub response_met: i64,
    /// Resolution deadlines that were decided.
    pub resolution_due: i64,
    /// Resolution deadlines that were met.
    pub resolution_met: i64,
    /// Number of 满意.
    pub satisfied: i64,
    /// Number of 基本满意.
    pub basically_satisfied: i64,
    /// Number of 不满意.
    pub dissatisfied: i64,
    /// Closed without a verdict (未评价).
    pub unrated: i64,
    /// Number of 解决.
    pub solved: i64,
    /// Number of 部分解决.
    pub partly_solved: i64,
    /// Number of 未解决.
    pub unsolved: i64,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
