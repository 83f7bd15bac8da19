//! Reminds a person once of a pending action, and records it in the order's history.

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::kinds::{EventAction, Status, Visibility};
use entity::order;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::db::WriteTransaction;
use crate::error::Result;
use crate::notices::MessageCatalog;
use crate::notices::{self, Event};
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::store;

/// A reminder as the history knows it: the action, and the detail that says what was reminded of.
#[derive(Clone, Debug)]
pub struct Reminder {
    pub action: EventAction,
    pub detail: EventDetail,
}

/// The order, locked, unless it is over or has this reminder in its history.
pub async fn lock_if_due(
    txn: &impl ConnectionTrait,
    order: OrderId,
    reminder: &Reminder,
) -> Result<Option<order::Model>> {
    let order = store::lock_by_id(txn, order).await?;
    let Some(order) = order.filter(|order| order.status != Status::Cancelled) else {
        return Ok(None);
    };
    let told = history::contains_event(txn, order.id, reminder.action, &reminder.detail).await?;
    Ok(Some(order).filter(|_| !told))
}

/// Writes the notices and records that they were sent.
pub async fn emit_and_record(
    app: &App,
    txn: &WriteTransaction,
    reminder: Reminder,
    event: Event<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(order) = event.order else {
        return Ok(());
    };
    let Reminder { action, detail } = reminder;
    let system = Actor::system();
    let reminded = NewEvent::new(action, &system, order.status, now)
        .visible_to(Visibility::Internal)
        .detail(detail);
    history::append(txn, order, reminded).await?;
    notices::emit(txn, app.state::<MessageCatalog>(), &event, now).await
}
