//! Number of actions without an account in the present hour.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_quota")]
pub struct Model {
    /// The limited action and its subject: a keyed hash of the device, or the site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Number of actions in the window.
    pub used: i32,
    /// When the window ends.
    pub ends_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
