//! Something an administrator did. Appended and never edited: every act carries the hash of the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;
use crate::kinds::ActKind;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_act")]
pub struct Model {
    /// From 1 without gaps; the row 0 stands before the first act.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: DateTimeUtc,
    /// None: at the command line.
    pub person_id: Option<PersonId>,
    pub kind: ActKind,
    /// What was acted on, as people call it.
    pub subject: String,
    pub detail: Json,
    pub prev_hash: String,
    pub hash: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
