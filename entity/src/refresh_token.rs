//! One rotation of a session; only the hash is stored. Reuse of a spent token ends the session.

use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// Hash of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// The session that it belongs to.
    pub session_id: SessionId,
    /// When it was issued.
    pub issued_at: DateTimeUtc,
    /// When it was exchanged for the next one.
    pub spent_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
