//! A nonce of the call centre's signed requests, kept until its timestamp has expired.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "hotline_nonce")]
pub struct Model {
    /// The value that may occur once.
    #[sea_orm(primary_key, auto_increment = false)]
    pub nonce: String,
    /// From when on it is no longer valid.
    pub expires_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
