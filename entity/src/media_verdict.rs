//! WeChat's verdict on a picture; it may arrive before its trace id is known.

use sea_orm::entity::prelude::*;

use crate::kinds::ContentCheck;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media_verdict")]
pub struct Model {
    /// WeChat's id of the check.
    #[sea_orm(primary_key, auto_increment = false)]
    pub trace_id: String,
    /// The result so far.
    pub state: ContentCheck,
    /// WeChat's own label of the finding.
    pub label: i64,
    /// When it arrived.
    pub received_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
