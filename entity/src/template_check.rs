//! The result of the last comparison of a message template with the WeChat account.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "template_check")]
pub struct Model {
    /// Our name of the message template.
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_key: String,
    /// When the comparison was made.
    pub checked_at: DateTimeUtc,
    /// Whether the account has the template.
    pub known: bool,
    /// All differences.
    pub problems: Json,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
