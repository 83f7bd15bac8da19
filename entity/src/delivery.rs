//! The push of a notice: one subscribe message to WeChat.

use sea_orm::entity::prelude::*;

use crate::ids::{DeliveryId, NoticeId, PersonId};
use crate::kinds::DeliveryStatus;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub notice_id: NoticeId,
    pub person_id: PersonId,
    pub template_key: String,
    pub page: String,
    pub data: Json,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub next_at: Option<DateTimeUtc>,
    pub leased_until: Option<DateTimeUtc>,
    pub errcode: Option<i32>,
    pub message_id: Option<String>,
    pub created_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
