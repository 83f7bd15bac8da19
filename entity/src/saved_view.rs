//! A filter of the order list that a person saved under a name.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_view")]
pub struct Model {
    /// The person that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The name as people read it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The query string.
    #[sea_orm(column_type = "Text")]
    pub query: String,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
