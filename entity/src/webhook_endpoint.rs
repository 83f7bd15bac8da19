//! Where another system wants to be called.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, WebhookId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    /// The address that is called.
    pub url: String,
    /// Names of events, or `*`.
    pub events: Json,
    /// A description, in words.
    pub description: Option<String>,
    /// Whether bodies may contain text, place and people.
    pub include_personal_data: bool,
    /// Whether only orders of linked units are sent.
    pub linked_only: bool,
    /// AEAD of the signing secret.
    pub secret_sealed: Vec<u8>,
    /// The secret before the last rotation; signs too until `previous_secret_until`.
    pub previous_secret_sealed: Option<Vec<u8>>,
    /// Until when calls are also signed with the former secret.
    pub previous_secret_until: Option<DateTimeUtc>,
    /// Whether it is in force.
    pub active: bool,
    /// Why calls were stopped. `None` while they are made.
    pub disabled_reason: Option<String>,
    /// Since when no call has succeeded; `None` after a success.
    pub failing_since: Option<DateTimeUtc>,
    /// The person who created it.
    pub created_by: Option<PersonId>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
