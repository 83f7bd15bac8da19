//! Number of orders per category and area on one day.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_day")]
pub struct Model {
    /// The day, in the city's time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// `[[category, area, count], …]`
    pub counts: Json,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
