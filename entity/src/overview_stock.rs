//! Kept count: orders as they stand now. `area` is a county's code, empty for the whole city, `-` for places unknown;
//! `subject` is empty for all, else a unit or a group of categories, whose rows hold open orders only.

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
    /// Supervision orders that wait for an answer.
    pub demands: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
