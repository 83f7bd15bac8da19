//! A message on a second channel, for a notice that was not read; the ledger of all such sends.

use sea_orm::entity::prelude::*;

use crate::ids::{NoticeId, PersonId, SecondDeliveryId};
use crate::kinds::{SecondChannel, SecondDeliveryStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "second_delivery")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SecondDeliveryId,
    /// The notice that it repeats.
    pub notice_id: NoticeId,
    /// The person that it belongs to.
    pub person_id: PersonId,
    /// The event that the notice is about.
    pub event: String,
    /// The channel that is used besides WeChat.
    pub channel: SecondChannel,
    /// The present state.
    pub status: SecondDeliveryStatus,
    /// Number of attempts so far.
    pub attempts: i32,
    /// The provider's code of a refusal.
    pub code: Option<String>,
    /// The provider's id of the accepted message.
    pub message_id: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it is sent unless the notice has been read.
    pub due_at: DateTimeUtc,
    /// When it was settled. `None` while it waits.
    pub settled_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
