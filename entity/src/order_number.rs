//! The next six digits of a day, taken in blocks outside of the submitter's transaction.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_number")]
pub struct Model {
    /// The day, in the city's time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// The next number to be given.
    pub next: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
