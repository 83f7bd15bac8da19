//! Where another system wants to be called.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, WebhookId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    pub url: String,
    /// Names of events, or `*`.
    pub events: Json,
    pub description: Option<String>,
    pub include_personal_data: bool,
    /// AEAD of the signing secret.
    pub secret_sealed: Vec<u8>,
    /// The secret before the last rotation; signs too until `previous_secret_until`.
    pub previous_secret_sealed: Option<Vec<u8>>,
    pub previous_secret_until: Option<DateTimeUtc>,
    pub active: bool,
    pub disabled_reason: Option<String>,
    /// Since when no call has succeeded; `None` after a success.
    pub failing_since: Option<DateTimeUtc>,
    pub created_by: Option<PersonId>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
