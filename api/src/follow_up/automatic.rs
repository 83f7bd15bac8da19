//! 智能回访: on a reply the delegate is asked; reminded after some hours; after some working days without an answer an
//! operator calls.
//!
//! Each step is a job that looks first whether it is still wanted. Delegates who declined the follow-up get none of it:
//! their order is closed as 未评价 when the time for a verdict is over.

use chrono::TimeDelta;
use entity::ids::{FollowUpId, OrderId};
use entity::kinds::{FollowUpKind, FollowUpStatus, Status};
use entity::{order, reply};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder,
};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::follow_up::store::{latest, open_manual_call, to_row, waiting};
use crate::follow_up::{left_reporters, unrated};
use crate::jobs::Job;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::actions::reply::AskForVerdict;

impl Job for AskForVerdict {
    const NAME: &'static str = "ask_follow_up";
    type Input = OrderId;

    async fn run(app: &App, id: OrderId) -> Result<()> {
        ask(app, id).await
    }
}

/// Reminds the delegate.
pub struct RemindDelegate;

impl Job for RemindDelegate {
    const NAME: &'static str = "remind_follow_up";
    type Input = FollowUpId;

    async fn run(app: &App, id: FollowUpId) -> Result<()> {
        remind(app, id).await
    }
}

/// Has an operator call the delegate.
pub struct QueueManualCall;

impl Job for QueueManualCall {
    const NAME: &'static str = "queue_manual_follow_up";
    type Input = FollowUpId;

    async fn run(app: &App, id: FollowUpId) -> Result<()> {
        queue_manual_call(app, id).await
    }
}

/// Asks the delegate about the latest reply, once.
pub async fn ask(app: &App, id: OrderId) -> Result<()> {
    let (city, now) = (app.state::<CityHandle>().load(), app.clock.now());
    let txn = db::write(&app.db).await?;
    let Some(order) = order::Entity::find_by_id(id).one(&txn).await? else {
        return Ok(());
    };
    let Some(replied_at) = order.replied_at.filter(|_| order.status == Status::Replied) else {
        return Ok(());
    };
    if latest(&txn, id)
        .await?
        .is_some_and(|asked| asked.asked_at >= replied_at)
    {
        return Ok(());
    }
    if order.wants_follow_up && left_reporters::has_left(&txn, &order).await? {
        left_reporters::call_committee(app, &txn, &order, now).await?;
        return Ok(txn.commit().await?);
    }
    let policy = &city.policy.follow_up;
    let remind_at = now + TimeDelta::hours(i64::from(policy.reminder_hours));
    let call_at = city
        .deadline_rules()
        .end_of_working_day(replied_at, policy.manual_after_working_days);
    let asked = to_row(
        &order,
        FollowUpKind::Automatic,
        FollowUpStatus::Asked,
        Some(remind_at),
        now,
    );
    let asked = asked.insert(&txn).await?;
    if order.wants_follow_up {
        let job = NewJob::of::<RemindDelegate>(&asked.id, remind_at)?;
        enqueue(&txn, job, now).await?;
        let event = with_answer(&txn, Event::of(EventKind::FollowUpAsk, &order).due(call_at)).await?;
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    let job = NewJob::of::<QueueManualCall>(&asked.id, call_at.max(remind_at))?;
    enqueue(&txn, job, now).await?;
    Ok(txn.commit().await?)
}

/// Reminds a delegate who has not answered yet.
pub async fn remind(app: &App, id: FollowUpId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let Some((asked, order)) = waiting(&txn, id).await? else {
        return Ok(());
    };
    if asked.status != FollowUpStatus::Asked {
        return Ok(());
    }
    let mut asked = asked.into_active_model();
    asked.status = Set(FollowUpStatus::Reminded);
    asked.next_at = Set(None);
    asked.update(&txn).await?;
    let event = with_answer(&txn, Event::of(EventKind::FollowUpReminder, &order)).await?;
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    Ok(txn.commit().await?)
}

/// Puts a matter whose delegate has not answered into the operators' queue, or closes it if they declined to be asked.
pub async fn queue_manual_call(app: &App, id: FollowUpId) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let Some((asked, order)) = waiting(&txn, id).await? else {
        return Ok(());
    };
    if !order.wants_follow_up {
        drop(txn);
        return unrated::close(app, &order.number).await;
    }
    let mut asked = asked.into_active_model();
    asked.status = Set(FollowUpStatus::Expired);
    asked.answered_at = Set(Some(now));
    asked.next_at = Set(None);
    asked.update(&txn).await?;
    open_manual_call(&txn, &order, now).await?;
    notices::emit(
        &txn,
        app.state::<MessageCatalog>(),
        &Event::of(EventKind::ManualFollowUp, &order),
        now,
    )
    .await?;
    Ok(txn.commit().await?)
}

/// The event with the answer that the delegate is asked to judge.
async fn with_answer<'a>(connection: &impl ConnectionTrait, event: Event<'a>) -> Result<Event<'a>> {
    let Some(order) = event.order else {
        return Ok(event);
    };
    let latest = reply::Entity::find()
        .filter(reply::Column::OrderId.eq(order.id))
        .order_by_desc(reply::Column::CreatedAt)
        .order_by_desc(reply::Column::Id)
        .one(connection)
        .await?;
    Ok(match latest {
        Some(reply) => event.note(reply.public_reply),
        None => event,
    })
}
