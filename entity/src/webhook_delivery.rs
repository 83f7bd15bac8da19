//! One event on its way to one endpoint. The row is the queue entry: `next_at` says when to send it.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, WebhookDeliveryId, WebhookId};
use crate::kinds::WebhookDeliveryStatus;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    /// The endpoint that is called.
    pub endpoint_id: WebhookId,
    /// The outbox row's id: deliveries of one order are sent in this order.
    pub sequence: i64,
    /// The order that it belongs to.
    pub order_id: Option<OrderId>,
    /// The event, as subscribers name it.
    pub event_type: String,
    /// The body that is sent.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// The present state.
    pub status: WebhookDeliveryStatus,
    /// Number of attempts so far.
    pub attempts: i32,
    /// `None` once it is finished.
    pub next_at: Option<DateTimeUtc>,
    /// HTTP status of the last attempt.
    pub last_status: Option<i32>,
    /// The error of the last attempt.
    pub last_error: Option<String>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it ended. `None` while it runs.
    pub finished_at: Option<DateTimeUtc>,
    /// The id of the request that caused it. `None` if none did.
    pub request_id: Option<String>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
