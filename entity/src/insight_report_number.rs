//! The next number of issued reports of a standing committee in a year.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_report_number")]
pub struct Model {
    /// Code of the county or of the city.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organ: String,
    /// Year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// Next.
    pub next: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
