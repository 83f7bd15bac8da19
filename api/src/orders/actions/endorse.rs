//! 附议: another delegate raises the same matter. Twice is once.

use chrono::{DateTime, Utc};
use entity::endorsement;
use entity::ids::{OrderId, PersonId};
use entity::kinds::{ActorRole, EventAction};
use entity::order;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter as _};

use super::{ActionTxn, escalate};
use crate::app::App;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::notices::{Event, EventKind};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::{Action, ActorRelation};
use crate::orders::view::OrderView;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    OwnMatter,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "own_matter"
    }

    fn detail(&self) -> String {
        "这是您自己反映的事项，无需附议。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Rule
    }
}

/// Endorses an order. It need not be visible to the delegate before: they know its number from a nearby search.
pub async fn endorse(app: &App, actor: &Actor, number: &str) -> Result<OrderView> {
    let person = actor.person.ok_or_else(Error::not_found)?;
    if actor.role != ActorRole::Delegate {
        return Err(Error::forbidden("附议由代表进行。"));
    }
    let mut step = ActionTxn::lock(app, actor, number).await?;
    if step.relation == ActorRelation::Reporter {
        return Err(Refused::OwnMatter.into());
    }
    if step.relation != ActorRelation::Endorser {
        step.apply_transition(Action::Endorse).await?;
        add(&step.txn, &step.order, person, None, step.now).await?;
        step.known.endorsers.push(person);
        let endorsers = step.known.endorsers.len();
        step.order.supervision_level = escalate::escalated_level(&step.city.policy, &step.before, endorsers);
        step.save().await?;
        step.append_event(step.event(EventAction::Endorsed)).await?;
        step.emit(app, Event::of(EventKind::Endorsed, &step.order))
            .await?;
        let before = step.before.supervision_level;
        escalate::emit_if_escalated(app, &step, &step.order, before, escalate::BY_DELEGATES).await?;
    } else {
        keep_own_endorsement(&step.txn, &step.order, person).await?;
    }
    step.commit(app).await
}

/// Turns an endorsement by merge into one of the delegate's own, which stays when the merge is undone.
async fn keep_own_endorsement(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    person: PersonId,
) -> Result<()> {
    endorsement::Entity::update_many()
        .col_expr(
            endorsement::Column::MergedFrom,
            Expr::value(Option::<OrderId>::None),
        )
        .filter(endorsement::Column::OrderId.eq(order.id))
        .filter(endorsement::Column::PersonId.eq(person))
        .filter(endorsement::Column::MergedFrom.is_not_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Adds the endorsement if it is not there yet; `merged_from` is the order whose merge brings it.
pub async fn add(
    txn: &impl ConnectionTrait,
    order: &order::Model,
    person: PersonId,
    merged_from: Option<OrderId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = endorsement::ActiveModel {
        order_id: Set(order.id),
        person_id: Set(person),
        note: Set(None),
        created_at: Set(now),
        merged_from: Set(merged_from),
    };
    endorsement::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
