//! Deadlines of a unit or a committee under a secret address.

use sea_orm::entity::prelude::*;

use crate::ids::{CalendarFeedId, PersonId, UnitId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feed")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarFeedId,
    /// SHA-256 of the token in the address.
    pub token_hash: String,
    /// The unit whose deadlines it has; `None` for a committee's feed.
    pub unit_id: Option<UnitId>,
    /// The committee whose matters it has; `None` for a unit's feed.
    pub committee: Option<String>,
    /// The person who created it.
    pub created_by: PersonId,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the address was revoked. `None` while it answers.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
