//! A follower of the official account. Openids of the account differ from those of the mini-program.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "official_follower")]
pub struct Model {
    /// Keyed hash of the openid at the account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub openid_hash: String,
    /// The openid at the account, encrypted.
    pub openid_sealed: Vec<u8>,
    /// Keyed hash; matches `person_union`. `None` until WeChat was asked, or without an Open Platform account.
    pub unionid_hash: Option<String>,
    /// WeChat's time of the last event by which they follow.
    pub followed_at: DateTimeUtc,
    /// WeChat's time of the event by which they left. `None` while they follow.
    pub left_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
