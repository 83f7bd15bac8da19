//! An operator's exclusive hold on an item until release or expiry.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_claim")]
pub struct Model {
    /// The kind of what it is about.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_kind: String,
    /// Id of what it is about.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: String,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// Until when the claim lasts.
    pub until: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
