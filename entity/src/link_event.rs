//! A report of the linked platform, with the answer it was given: the same event gets the same answer.

use sea_orm::entity::prelude::*;

use crate::ids::ClientId;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "link_event")]
pub struct Model {
    /// The API client that sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: ClientId,
    /// The sender's id of the event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: String,
    /// SHA-256 of the event as sent.
    pub body_hash: String,
    /// HTTP status of the answer.
    pub answer_status: i32,
    /// The stored answer.
    pub answer: Json,
    /// When it arrived.
    pub received_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
