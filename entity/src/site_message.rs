//! A resident's message at a site, without an account.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, SiteId, SiteMessageId};
use crate::kinds::{ContentCheck, SiteMessageStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteMessageId,
    pub site_id: SiteId,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub contact_sealed: Option<Vec<u8>>,
    pub receipt_hash: String,
    pub device_hash: String,
    pub status: SiteMessageStatus,
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    pub order_id: Option<OrderId>,
    pub handled_by: Option<PersonId>,
    pub photo_ids: Json,
    pub content_check: ContentCheck,
    pub created_at: DateTimeUtc,
    pub handled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
