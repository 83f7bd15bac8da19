//! The unionid under which WeChat knows a person in all accounts of one Open Platform account.

use sea_orm::entity::prelude::*;

use crate::ids::PersonId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person_union")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// Keyed hash of the openid at the mini-program with which it was told. The row counts only while the person is
    /// bound to this WeChat account.
    pub openid_hash: String,
    /// Keyed hash.
    pub unionid_hash: String,
    /// When it was written last.
    pub updated_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
