//! The push of a notice: one subscribe message to WeChat.

use sea_orm::entity::prelude::*;

use crate::ids::{DeliveryId, NoticeId, PersonId};
use crate::kinds::DeliveryStatus;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    /// The notice that is pushed.
    pub notice_id: NoticeId,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// Our name of the message template.
    pub template_key: String,
    /// The page of the mini-program that the message opens.
    pub page: String,
    /// The fields of the message as JSON.
    pub data: Json,
    /// The present state.
    pub status: DeliveryStatus,
    /// Number of attempts so far.
    pub attempts: i32,
    /// When the next attempt is due. `None` if there is none.
    pub next_at: Option<DateTimeUtc>,
    /// Until when a worker holds the row.
    pub leased_until: Option<DateTimeUtc>,
    /// WeChat's error code of the last attempt.
    pub errcode: Option<i32>,
    /// WeChat's id of the accepted message.
    pub message_id: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it was settled. `None` while it waits.
    pub settled_at: Option<DateTimeUtc>,
    /// The id of the request that caused it. `None` if none did.
    pub request_id: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
