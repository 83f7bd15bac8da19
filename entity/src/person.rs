//! A person on a roster: delegate, operator, handler, supervisor or admin.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, UnitId};
use crate::kinds::{PersonLevel, Role};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    pub name: String,
    pub role: Role,
    /// A delegate's congress, or a supervisor's scope (`city`/`county`).
    pub level: Option<PersonLevel>,
    pub unit_id: Option<UnitId>,
    /// Receives notices of red lights and difficult orders of the unit.
    pub unit_head: bool,
    /// County-level code of a delegate's constituency, or of a county supervisor's scope.
    pub area_code: Option<String>,
    pub electoral_unit: Option<String>,
    /// 代表工委 or a special committee; supervisors only.
    pub committee: Option<String>,
    /// The encrypted phone number; the ciphertext contains the key id.
    pub phone_sealed: Vec<u8>,
    /// Keyed hash for lookup; unique among active people.
    pub phone_hash: String,
    pub openid_sealed: Option<Vec<u8>>,
    pub openid_hash: Option<String>,
    pub bound_at: Option<DateTimeUtc>,
    /// Identifies the person across roster imports.
    pub roster_key: String,
    pub active: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub removed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
