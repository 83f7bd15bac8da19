//! One line in a person's inbox. Notices are never deleted while the person is on the roster.

use sea_orm::entity::prelude::*;

use crate::ids::{NoticeId, OrderId, PersonId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    pub person_id: PersonId,
    pub order_id: Option<OrderId>,
    pub event: String,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub data: Json,
    pub created_at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
