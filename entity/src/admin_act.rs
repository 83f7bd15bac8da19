//! An administrator's action. Append-only: every row carries the hash of the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::kinds::ActKind;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_act")]
pub struct Model {
    /// Consecutive from 1; row 0 is the start of the chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: DateTimeUtc,
    /// `None` for the command line.
    pub person_id: Option<PersonId>,
    pub kind: ActKind,
    /// The everyday name of the object.
    pub subject: String,
    pub detail: Json,
    pub prev_hash: String,
    pub hash: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
