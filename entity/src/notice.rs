//! One line in a person's inbox. Notices are never deleted while the person is on the roster.

use sea_orm::entity::prelude::*;

use crate::ids::{NoticeId, OrderId, PersonId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// The event that the notice is about.
    pub event: String,
    /// The title as people read it.
    pub title: String,
    /// The notice's text.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// Structured facts as JSON.
    pub data: Json,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it was read. `None` while it is unread.
    pub read_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
