//! 智能回访: on a reply the delegate is asked; reminded after some hours; after some working days without an
//! answer an operator calls. Each step is a job that looks first whether it is still wanted.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{FollowUpId, OrderId};
use entity::kinds::{FollowUpKind, FollowUpStatus, Status};
use entity::{follow_up, order, reply};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder,
};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};

/// Subject: the order's id. Enqueued by the reply.
pub const ASK_FOR_VERDICT: &str = crate::orders::actions::reply::ASK_FOLLOW_UP;
/// Subject: the follow-up's id.
pub const REMIND_DELEGATE: &str = "remind_follow_up";
/// Subject: the follow-up's id.
pub const QUEUE_MANUAL_CALL: &str = "queue_manual_follow_up";

/// Asks the delegate about the latest reply, once.
pub async fn ask(app: &App, subject: &str) -> Result<()> {
    let id: OrderId = subject.parse().map_err(anyhow::Error::from)?;
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
    let subject = asked.id.to_string();
    if order.wants_follow_up {
        let job = NewJob {
            kind: REMIND_DELEGATE,
            subject: subject.clone(),
            dedup_key: None,
            run_at: remind_at,
        };
        enqueue(&txn, job, now).await?;
        let event = with_answer(&txn, Event::of(EventKind::FollowUpAsk, &order).due(call_at)).await?;
        notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    }
    enqueue(
        &txn,
        NewJob {
            kind: QUEUE_MANUAL_CALL,
            subject,
            dedup_key: None,
            run_at: call_at.max(remind_at),
        },
        now,
    )
    .await?;
    Ok(txn.commit().await?)
}

/// Reminds a delegate who has not answered yet.
pub async fn remind(app: &App, subject: &str) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let Some((asked, order)) = waiting(&txn, subject).await? else {
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

/// Puts a matter whose delegate has not answered into the operators' queue.
pub async fn queue_manual_call(app: &App, subject: &str) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let Some((asked, order)) = waiting(&txn, subject).await? else {
        return Ok(());
    };
    let mut asked = asked.into_active_model();
    asked.status = Set(FollowUpStatus::Expired);
    asked.answered_at = Set(Some(now));
    asked.next_at = Set(None);
    asked.update(&txn).await?;
    to_row(&order, FollowUpKind::Manual, FollowUpStatus::Queued, None, now)
        .insert(&txn)
        .await?;
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

/// The follow-up, if it still waits for an answer about the reply it was asked of.
async fn waiting(
    connection: &impl ConnectionTrait,
    subject: &str,
) -> Result<Option<(follow_up::Model, order::Model)>> {
    let id: FollowUpId = subject.parse().map_err(anyhow::Error::from)?;
    let asked = follow_up::Entity::find_by_id(id).one(connection).await?;
    let Some(asked) = asked.filter(|asked| asked.answered_at.is_none()) else {
        return Ok(None);
    };
    let order = order::Entity::find_by_id(asked.order_id).one(connection).await?;
    Ok(order
        .filter(|order| order.status == Status::Replied)
        .map(|order| (asked, order)))
}

/// The latest asking of an order.
pub async fn latest(connection: &impl ConnectionTrait, order: OrderId) -> Result<Option<follow_up::Model>> {
    let askings = follow_up::Entity::find().filter(follow_up::Column::OrderId.eq(order));
    Ok(askings
        .order_by_desc(follow_up::Column::AskedAt)
        .one(connection)
        .await?)
}

/// Returns the pending manual follow-up, or a new one if an operator calls on their own.
pub async fn open_manual_call(
    connection: &impl ConnectionTrait,
    order: &order::Model,
    now: DateTime<Utc>,
) -> Result<follow_up::Model> {
    let queued = follow_up::Entity::find()
        .filter(follow_up::Column::OrderId.eq(order.id))
        .filter(follow_up::Column::Kind.eq(FollowUpKind::Manual))
        .filter(follow_up::Column::AnsweredAt.is_null())
        .one(connection)
        .await?;
    match queued {
        Some(queued) => Ok(queued),
        None => {
            let row = to_row(order, FollowUpKind::Manual, FollowUpStatus::Queued, None, now);
            Ok(row.insert(connection).await?)
        }
    }
}

/// Whatever was asked of this order is answered now.
pub async fn close_open(connection: &impl ConnectionTrait, order: OrderId, now: DateTime<Utc>) -> Result<()> {
    use sea_orm::sea_query::Expr;
    follow_up::Entity::update_many()
        .col_expr(
            follow_up::Column::Status,
            Expr::value(FollowUpStatus::Answered.as_str()),
        )
        .col_expr(follow_up::Column::AnsweredAt, Expr::value(now))
        .col_expr(
            follow_up::Column::NextAt,
            Expr::value(Option::<DateTime<Utc>>::None),
        )
        .filter(follow_up::Column::OrderId.eq(order))
        .filter(follow_up::Column::AnsweredAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}

fn to_row(
    order: &order::Model,
    kind: FollowUpKind,
    status: FollowUpStatus,
    next_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> follow_up::ActiveModel {
    follow_up::ActiveModel {
        id: Set(FollowUpId::generate()),
        order_id: Set(order.id),
        round: Set(order.round),
        kind: Set(kind),
        status: Set(status),
        tries: Set(0),
        outcome: Set(None),
        asked_at: Set(now),
        next_at: Set(next_at),
        answered_at: Set(None),
        handled_by: Set(None),
    }
}
