//! Materialized count: orders in their present state.
//!
//! `area` is a county's code, empty for the whole city, `-` for unknown places; `subject` is empty for all, otherwise a
//! unit or a group of categories, whose rows count open orders only.

use sea_orm::entity::prelude::*;

use crate::kinds::{Light, Status};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "overview_stock")]
pub struct Model {
    /// Code of the county-level area; empty for the whole city.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
    /// Its subject: empty, or a kind's letter and an id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// The present state.
    #[sea_orm(primary_key, auto_increment = false)]
    pub status: Status,
    /// The present light.
    #[sea_orm(primary_key, auto_increment = false)]
    pub light: Light,
    /// Number of orders in this state.
    pub orders: i64,
    /// Of these under 重点跟踪; open orders only.
    pub tracked: i64,
    /// Of these 疑难; open orders only.
    pub difficult: i64,
    /// Unanswered supervision orders.
    pub demands: i64,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
