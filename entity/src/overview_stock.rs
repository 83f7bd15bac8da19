//! Materialized count: orders in their present state. `area` is a county's code, empty for the whole city, `-` for
//! unknown places; `subject` is empty for all, otherwise a unit or a group of categories, whose rows count open orders
//! only.

use sea_orm::entity::prelude::*;

use crate::kinds::{Light, Status};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "overview_stock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub status: Status,
    #[sea_orm(primary_key, auto_increment = false)]
    pub light: Light,
    pub orders: i64,
    /// Of these under 重点跟踪; open orders only.
    pub tracked: i64,
    /// Of these 疑难; open orders only.
    pub difficult: i64,
    /// Unanswered supervision orders.
    pub demands: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
