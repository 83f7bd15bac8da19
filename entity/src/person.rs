//! A person on a roster: delegate, operator, handler, supervisor or admin.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, UnitId};
use crate::kinds::{PersonLevel, Role};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PersonId,
    /// The name as people read it.
    pub name: String,
    /// The role of the row's subject.
    pub role: Role,
    /// A delegate's congress, or a supervisor's scope (`city`/`county`).
    pub level: Option<PersonLevel>,
    /// The unit that it concerns.
    pub unit_id: Option<UnitId>,
    /// Receives notices of red lights and difficult orders of the unit.
    pub unit_head: bool,
    /// County-level code of a delegate's constituency, or of a county supervisor's scope.
    pub area_code: Option<String>,
    /// The electoral unit (选举单位) of a delegate.
    pub electoral_unit: Option<String>,
    /// 代表工委 or a special committee; supervisors only.
    pub committee: Option<String>,
    /// The encrypted phone number; the ciphertext contains the key id.
    pub phone_sealed: Vec<u8>,
    /// Keyed hash for lookup; unique among active people.
    pub phone_hash: String,
    /// The openid, encrypted.
    pub openid_sealed: Option<Vec<u8>>,
    /// Keyed hash of the openid.
    pub openid_hash: Option<String>,
    /// When a WeChat account was bound.
    pub bound_at: Option<DateTimeUtc>,
    /// Identifies the person across roster imports.
    pub roster_key: String,
    /// Whether it is in force.
    pub active: bool,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// When it was removed. `None` while it is in force.
    pub removed_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
