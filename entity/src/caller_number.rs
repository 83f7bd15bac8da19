//! A phone number that an operator has confirmed to be a delegate's, besides the one on the roster. Several delegates
//! may share a number, e.g. an office's.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "caller_number")]
pub struct Model {
    /// Keyed hash; the number itself is not stored.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number_hash: String,
    /// The person that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The operator who confirmed it.
    pub confirmed_by: PersonId,
    /// The means of the confirmation.
    #[sea_orm(column_type = "Text")]
    pub how: String,
    /// When it was confirmed.
    pub confirmed_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
