//! A system that calls the API with a key of its own.

use sea_orm::entity::prelude::*;

use crate::ids::{ClientId, PersonId, UnitId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_client")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientId,
    /// Stands for the client in histories; never signs in.
    pub person_id: PersonId,
    /// The name as people read it.
    pub name: String,
    /// Names of scopes.
    pub scopes: Json,
    /// SHA-256 of the key.
    pub key_hash: String,
    /// The key before the last rotation, valid until `previous_key_until`.
    pub previous_key_hash: Option<String>,
    /// Until when the key before the rotation is accepted.
    pub previous_key_until: Option<DateTimeUtc>,
    /// The client's rate limit.
    pub requests_per_minute: i32,
    /// The only unit whose orders the client sees. `None` for all.
    pub unit_id: Option<UnitId>,
    /// The only county-level area whose orders the client sees. `None` for all.
    pub area_code: Option<String>,
    /// The person who created it.
    pub created_by: Option<PersonId>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// From when on the key is refused. `None` if it never expires.
    pub expires_at: Option<DateTimeUtc>,
    /// To the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was revoked. `None` while it is valid.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
