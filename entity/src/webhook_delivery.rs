//! One event on its way to one endpoint. The row is the queue entry: `next_at` says when to send it.

use sea_orm::entity::prelude::*;

use crate::ids::{OrderId, WebhookDeliveryId, WebhookId};
use crate::kinds::WebhookDeliveryStatus;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookId,
    /// The outbox row's id: deliveries of one order are sent in this order.
    pub sequence: i64,
    pub order_id: Option<OrderId>,
    pub event_type: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub status: WebhookDeliveryStatus,
    pub attempts: i32,
    /// `None` once it is finished.
    pub next_at: Option<DateTimeUtc>,
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
