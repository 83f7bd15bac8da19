//! 责令改正 and other administrative decisions of a unit, as evidence on its reply.

use sea_orm::entity::prelude::*;

use crate::ids::{FileId, OrderId, ReplyId};
use crate::kinds::DecisionKind;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reply_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub reply_id: ReplyId,
    /// 1 and up within its reply.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    pub order_id: OrderId,
    pub kind: DecisionKind,
    pub document_number: String,
    pub issued_on: Date,
    pub file_id: Option<FileId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
