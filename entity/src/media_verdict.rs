//! WeChat's verdict on a picture; it may arrive before its trace id is known.

use sea_orm::entity::prelude::*;

use crate::kinds::ContentCheck;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media_verdict")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub trace_id: String,
    pub state: ContentCheck,
    pub label: i64,
    pub received_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
