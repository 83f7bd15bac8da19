//! 督办单: numbered per city and year, with a due date; the named unit must answer. A supervisor issues one, or a
//! dissatisfied verdict does automatically.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use entity::ids::{OrderId, PersonId, SupervisionOrderId};
use entity::kinds::{ActorRole, EventAction, SupervisionLevel, Visibility};
use entity::{order, supervision_number, supervision_order};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder,
};

use crate::app::App;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, Refusal, Result};
use crate::moments::ensure_not_after;
use crate::notices::{Event, EventKind};
use crate::orders::Actor;
use crate::orders::actions::ActionRequest;
use crate::orders::actions::{self, ActionTxn};
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::lifecycle::Action;
use crate::orders::rules::text_limits::ACCOUNT;
use crate::orders::submit::draft::require_text;
use crate::orders::view::OrderView;
use crate::supervision::due_reminder;

/// Issuer of a supervision order by verdict.
pub(super) const BY_SYSTEM: &str = "系统自动发出（代表评价不满意）";
/// The demand of a supervision order that a verdict causes.
pub(super) const BY_VERDICT: &str = "代表对办理结果不满意，请重新办理，查明原因并限期答复。";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    DueInThePast,
    AnsweredAlready,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::DueInThePast => "due_in_the_past",
            Self::AnsweredAlready => "supervision_order_answered",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::DueInThePast => "答复期限不能早于现在。".to_owned(),
            Self::AnsweredAlready => "这份督办单已经答复。".to_owned(),
        }
    }
}

/// A supervisor issues one.
pub async fn issue(
    request: ActionRequest<'_>,
    requirement: &str,
    due_at: Option<DateTime<Utc>>,
) -> Result<OrderView> {
    let ActionRequest { app, actor, .. } = request;
    let mut step = actions::begin(request, Action::IssueSupervisionOrder).await?;
    let requirement = require_text("requirement", requirement, ACCOUNT)?;
    if due_at.is_some_and(|due| due <= step.now) {
        return Err(Refused::DueInThePast.into());
    }
    let law = step.city.deadline_rules();
    let days = law.policy.supervision.order_longest_working_days;
    let latest = law.end_of_working_day(step.now, days);
    ensure_not_after("due_at", due_at.unwrap_or(step.now), latest)?;
    step.order.supervision_level = Ord::max(step.order.supervision_level, level_of(actor));
    step.save().await?;
    insert(app, &step, &requirement, due_at, step.actor.person).await?;
    step.commit(app).await
}

/// A dissatisfied verdict issues one, in the verdict's own transaction.
pub async fn issue_by_verdict(app: &App, step: &ActionTxn) -> Result<()> {
    insert(app, step, BY_VERDICT, None, None).await
}

/// A county's supervisor speaks for the county, the city's for the city.
fn level_of(actor: &Actor) -> SupervisionLevel {
    if actor.area.is_some() {
        SupervisionLevel::County
    } else {
        SupervisionLevel::City
    }
}

/// The body that issues: the county's or the city's standing committee, or the system where a verdict did.
fn issuer(step: &ActionTxn) -> String {
    match step.actor.role {
        ActorRole::Supervisor => step.city.organ(step.actor.area.as_deref()).short,
        _ => BY_SYSTEM.to_owned(),
    }
}

async fn insert(
    app: &App,
    step: &ActionTxn,
    requirement: &str,
    due_at: Option<DateTime<Utc>>,
    by: Option<PersonId>,
) -> Result<()> {
    let unit = step.unit()?;
    let law = step.city.deadline_rules();
    let due_at = due_at
        .unwrap_or_else(|| law.end_of_working_day(step.now, law.policy.supervision.order_due_working_days));
    let number = next_number(&step.txn, local_date(step.now, step.city.zone()).year()).await?;
    let issued = supervision_order::Model {
        id: SupervisionOrderId::generate(),
        number: number.clone(),
        order_id: step.order.id,
        round: step.order.round,
        unit_id: unit,
        level: Ord::max(step.order.supervision_level, SupervisionLevel::Unit),
        requirement: requirement.to_owned(),
        issued_by: by,
        issued_at: step.now,
        due_at,
        answer: None,
        answered_by: None,
        answered_at: None,
        issuer: Some(issuer(step)),
        closed_at: None,
    };
    due_reminder::schedule(step, &issued).await?;
    let row = issued.into_active_model().reset_all();
    supervision_order::Entity::insert(row)
        .exec_without_returning(&step.txn)
        .await?;
    let event = step
        .event(EventAction::SupervisionOrder)
        .visible_to(Visibility::Internal)
        .note(requirement);
    let detail = EventDetail::SupervisionOrder {
        number: number.clone(),
        due_at,
    };
    step.append_event(event.detail(detail)).await?;
    let told = Event::of(EventKind::SupervisionOrder, &step.order)
        .unit(unit)
        .due(due_at)
        .note(requirement)
        .reference(number);
    step.emit(app, told).await
}

/// Takes the next number of a year, as [`number`] writes it.
async fn next_number(connection: &impl ConnectionTrait, year: i32) -> Result<String> {
    Ok(number(year, reserve(connection, year, 1).await?))
}

/// `DB2025-0001`: 督办, the local year, counted from 1.
pub(super) fn number(year: i32, nth: i32) -> String {
    format!("DB{year}-{nth:04}")
}

/// Takes the next `count` numbers of a year and returns the first of them. The row is locked until the transaction ends, so
/// numbers have no gaps; supervision orders are few.
pub(super) async fn reserve(connection: &impl ConnectionTrait, year: i32, count: i32) -> Result<i32> {
    let row = supervision_number::ActiveModel {
        year: Set(year),
        next: Set(count),
    };
    let next = Expr::col((supervision_number::Entity, supervision_number::Column::Next)).add(count);
    supervision_number::Entity::insert(row)
        .on_conflict(
            OnConflict::column(supervision_number::Column::Year)
                .value(supervision_number::Column::Next, next)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    let row = supervision_number::Entity::find_by_id(year)
        .one(connection)
        .await?;
    let last = row
        .ok_or_else(|| anyhow::anyhow!("the year's number is gone"))?
        .next;
    Ok(last - count + 1)
}

/// More than are issued in a year.
const SKIPPED: i32 = 1_000;

/// Leaves out, for every year from `from` to `to`, the numbers that may have been issued already.
pub async fn skip_ahead(connection: &impl ConnectionTrait, from: NaiveDate, to: NaiveDate) -> Result<()> {
    let rows = (from.year()..=to.year()).map(|year| supervision_number::ActiveModel {
        year: Set(year),
        next: Set(SKIPPED),
    });
    let next = Expr::col((supervision_number::Entity, supervision_number::Column::Next)).add(SKIPPED);
    supervision_number::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(supervision_number::Column::Year)
                .value(supervision_number::Column::Next, next)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The unit answers.
pub async fn answer(request: ActionRequest<'_>, supervision_number: &str, text: &str) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let mut step = actions::begin(request, Action::AnswerSupervisionOrder).await?;
    let text = require_text("text", text, ACCOUNT)?;
    let issued = of_order(&step.txn, &step.order).await?;
    let asked = issued
        .into_iter()
        .find(|o| o.number == supervision_number && Some(o.unit_id) == step.actor.unit);
    let asked = asked.ok_or_else(Error::not_found)?;
    if asked.answered_at.is_some() {
        return Err(Refused::AnsweredAlready.into());
    }
    let mut row = asked.into_active_model();
    row.answer = Set(Some(text.clone()));
    row.answered_by = Set(step.actor.person);
    row.answered_at = Set(Some(step.now));
    row.update(&step.txn).await?;
    step.save().await?;
    let event = step
        .event(EventAction::SupervisionOrderAnswered)
        .visible_to(Visibility::Internal)
        .note(text.clone());
    let detail = EventDetail::Number {
        number: supervision_number.to_owned(),
    };
    step.append_event(event.detail(detail)).await?;
    let told = Event::of(EventKind::SupervisionOrderAnswered, &step.order)
        .note(text)
        .reference(supervision_number);
    step.emit(app, told).await?;
    step.commit(app).await
}

/// All supervision orders of an order, the first issued first.
pub async fn of_order(
    connection: &impl ConnectionTrait,
    order: &order::Model,
) -> Result<Vec<supervision_order::Model>> {
    of_orders(connection, [order.id]).await
}

/// All supervision orders of these orders, the first issued first.
pub async fn of_orders(
    connection: &impl ConnectionTrait,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<supervision_order::Model>> {
    Ok(supervision_order::Entity::find()
        .filter(supervision_order::Column::OrderId.is_in(orders))
        .order_by_asc(supervision_order::Column::IssuedAt)
        .order_by_asc(supervision_order::Column::Number)
        .all(connection)
        .await?)
}
