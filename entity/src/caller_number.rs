//! A phone number that an operator has confirmed to be a delegate's, besides the one on the roster. Several delegates
//! may share a number, e.g. an office's.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "caller_number")]
pub struct Model {
    /// Keyed hash; the number itself is not stored.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number_hash: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    pub confirmed_by: PersonId,
    /// The means of the confirmation.
    #[sea_orm(column_type = "Text")]
    pub how: String,
    pub confirmed_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
