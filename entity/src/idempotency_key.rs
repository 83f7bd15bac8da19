//! The stored response to a creating call, returned again for a repeated request.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// The person that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The key sent by the caller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Fingerprint of the request that the key was first sent with.
    pub request_hash: String,
    /// `None` while the first request is running.
    pub status: Option<i32>,
    /// The stored response.
    #[sea_orm(column_type = "Text", nullable)]
    pub body: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// From when on it is no longer valid.
    pub expires_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
