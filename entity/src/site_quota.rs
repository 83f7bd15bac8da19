//! Number of actions without an account in the present hour.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_quota")]
pub struct Model {
    /// The limited action and its subject: a keyed hash of the device, or the site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub used: i32,
    pub ends_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
