//! 催办: a push to the unit with a note, and whether the unit was phoned. Limited per order.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::UrgeId;
use entity::kinds::{EventAction, Visibility};
use entity::urge;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::error::{ErrorKind, Refusal, Result};
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::actions::{self, ActionTxn};
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::NOTE;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;

/// An urge too soon after the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon {
    pub wait_secs: u64,
}

impl Refusal for TooSoon {
    fn code(&self) -> &'static str {
        "urged_just_now"
    }

    fn detail(&self) -> String {
        format!("刚刚催办过，请 {} 分钟后再催。", self.wait_secs.div_ceil(60))
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::TooMany {
            retry_after_secs: self.wait_secs,
        }
    }
}

pub async fn urge(request: ActionRequest<'_>, note: &str, phoned: bool) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = actions::begin(request, Action::Urge).await?;
    let note = require_text("note", note, NOTE)?;
    if let Some(last) = last(&step).await? {
        let minutes = i64::from(step.city.policy.supervision.urge_min_interval_minutes);
        let free_at = last + TimeDelta::minutes(minutes);
        if step.now < free_at {
            let wait_secs = u64::try_from((free_at - step.now).num_seconds()).unwrap_or(0) + 1;
            return Err(TooSoon { wait_secs }.into());
        }
    }
    let row = urge::ActiveModel {
        id: Set(UrgeId::generate()),
        order_id: Set(step.order.id),
        unit_id: Set(step.order.unit_id),
        person_id: Set(step.actor.person),
        note: Set(note.clone()),
        phoned: Set(phoned),
        created_at: Set(step.now),
    };
    urge::Entity::insert(row)
        .exec_without_returning(&step.txn)
        .await?;
    step.save().await?;
    let event = step
        .event(EventAction::Urged)
        .visible_to(Visibility::Internal)
        .note(note.clone());
    step.append_event(event.detail(EventDetail::Urged { phoned }))
        .await?;
    step.emit(app, Event::of(EventKind::Urged, &step.order).note(note))
        .await?;
    step.commit(app).await
}

/// Returns the time of the last urge by a person; automatic ones do not count.
async fn last(step: &ActionTxn) -> Result<Option<DateTime<Utc>>> {
    let last = urge::Entity::find()
        .filter(urge::Column::OrderId.eq(step.order.id))
        .filter(urge::Column::PersonId.is_not_null())
        .order_by_desc(urge::Column::CreatedAt)
        .one(&step.txn)
        .await?;
    Ok(last.map(|urge| urge.created_at))
}
