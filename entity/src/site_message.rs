//! A resident's message at a site, without an account.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, PersonId, SiteId, SiteMessageId};
use crate::kinds::{ContentCheck, SiteMessageStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "site_message")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteMessageId,
    /// The site that it belongs to.
    pub site_id: SiteId,
    /// The words of the person who wrote it.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// How the resident may be reached, encrypted.
    pub contact_sealed: Option<Vec<u8>>,
    /// Keyed hash of the receipt.
    pub receipt_hash: String,
    /// Keyed hash of the device, or of the network address if WeChat does not identify the device.
    pub device_hash: String,
    /// The present state.
    pub status: SiteMessageStatus,
    /// The answer, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub answer: Option<String>,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// The person who handled it.
    pub handled_by: Option<PersonId>,
    /// Ids of its photos, a JSON list.
    pub photo_ids: Json,
    /// The state of the content check.
    pub content_check: ContentCheck,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it was handled. `None` while it waits.
    pub handled_at: Option<DateTimeUtc>,
    /// The delegate who reads it besides those of the site.
    pub handed_to: Option<PersonId>,
    /// The person who handed it over.
    pub handed_by: Option<PersonId>,
    /// The remark of the delegate who handed it over.
    #[sea_orm(column_type = "Text", nullable)]
    pub hand_over_note: Option<String>,
    /// When it was handed over. `None` if it was not.
    pub handed_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
