//! A system that calls the API with a key of its own.

use sea_orm::entity::prelude::*;

use crate::ids::{ClientId, PersonId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_client")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientId,
    /// Stands for the client in histories; never signs in.
    pub person_id: PersonId,
    pub name: String,
    /// Names of scopes.
    pub scopes: Json,
    /// SHA-256 of the key.
    pub key_hash: String,
    /// The key before the last rotation, valid until `previous_key_until`.
    pub previous_key_hash: Option<String>,
    pub previous_key_until: Option<DateTimeUtc>,
    pub requests_per_minute: i32,
    pub created_by: Option<PersonId>,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    /// To the minute.
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
