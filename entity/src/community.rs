//! Villages and communities by name, for places given in words.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "community")]
pub struct Model {
    /// The stable code that other rows and files refer to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// The name as people read it.
    pub name: String,
    /// Code of the township, if the place is in one that is known.
    pub township_code: String,
    /// Code of the county that it lies in.
    pub county_code: String,
    /// The functional zone, if the place is in one.
    pub zone: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
