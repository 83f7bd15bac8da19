//! Number of subscribe messages that a person has allowed, per template. A hint: only error 43101 is reliable.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    /// The person that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Our name of the message template.
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_key: String,
    /// Messages that may still be sent.
    pub remaining: i32,
    /// Whether the consent is a standing one.
    pub long_term: bool,
    /// Whether the person refused.
    pub refused: bool,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
