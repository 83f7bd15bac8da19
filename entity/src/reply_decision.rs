//! 责令改正 and other administrative decisions of a unit, as evidence on its reply.

use sea_orm::entity::prelude::*;

use crate::ids::{FileId, OrderId, ReplyId};
use crate::kinds::DecisionKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reply_decision")]
pub struct Model {
    /// The reply that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reply_id: ReplyId,
    /// 1 and up within its reply.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The kind of the row.
    pub kind: DecisionKind,
    /// The number of the document (文号).
    pub document_number: String,
    /// The date of the document.
    pub issued_on: Date,
    /// The document, if it was uploaded.
    pub file_id: Option<FileId>,
    /// A summary of the document.
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
