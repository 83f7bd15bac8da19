//! A public holiday or a make-up working day.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_day")]
pub struct Model {
    /// The day, in the city's time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// Whether it is a make-up working day; otherwise it is a holiday.
    pub working: bool,
    /// The holiday's name.
    pub name: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
