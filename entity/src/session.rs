//! A sign-in; refresh tokens rotate inside it.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, SessionId};
use crate::kinds::SessionKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// The kind of the row.
    pub kind: SessionKind,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it was last used.
    pub last_used_at: DateTimeUtc,
    /// From when on it is no longer valid.
    pub expires_at: DateTimeUtc,
    /// When it was ended. `None` while it lasts.
    pub ended_at: Option<DateTimeUtc>,
    /// Why it was ended.
    pub ended_reason: Option<String>,
    /// The client's name for itself, shown in the session list.
    pub client: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The person who is signed in.
    #[sea_orm(
        belongs_to = "super::person::Entity",
        from = "Column::PersonId",
        to = "super::person::Column::Id"
    )]
    Person,
}

impl Related<super::person::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Person.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
