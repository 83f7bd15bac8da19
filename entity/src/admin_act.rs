//! An administrator's action. Append-only: every row carries the hash of the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::kinds::ActKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_act")]
pub struct Model {
    /// Consecutive from 1; row 0 is the start of the chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When it happened.
    pub at: DateTimeUtc,
    /// `None` for the command line.
    pub person_id: Option<PersonId>,
    /// The kind of the row.
    pub kind: ActKind,
    /// The everyday name of the object.
    pub subject: String,
    /// Structured facts as JSON.
    pub detail: Json,
    /// Hash of the previous link; the genesis hash at the beginning.
    pub prev_hash: String,
    /// SHA-256 over the previous hash and every other field.
    pub hash: String,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
