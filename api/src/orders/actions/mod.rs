//! Any action on an order.
//!
//! `begin` holds the order and judges whether the action may be taken, the use case changes what it has to, `finish`
//! writes the order, its event and the notices in the same transaction.
//!
//! ```text
//! let mut step = actions::begin(request, Action::Accept).await?;
//! deadline_rows::stop(&step.txn, …, &mut step.clocks, …).await?; // what changes besides
//! step.order.accepted_at = Some(step.now);                 // its status is the new one already
//! step.write().await?;                                     // guarded by the version
//! step.record(step.event(EventAction::Accepted).note("…")).await?;    // the history
//! step.tell(app, Event::of(EventKind::Accepted, &step.order)).await?;
//! step.commit(app).await                                   // → the order as the actor sees it
//! ```

pub mod accept;
pub mod cancel;
pub mod cover_photo;
pub mod decisions;
pub mod dispatch;
pub mod endorse;
pub mod escalate;
pub mod extend;
pub mod merge;
pub mod merged_endorsers;
pub mod next_round;
pub mod note;
pub mod release;
pub mod reopen;
pub mod reply;
pub mod return_order;
pub mod sub_assign;
pub mod sub_assignment_reminder;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, UnitId};
use entity::kinds::{EventAction, Status};
use entity::{deadline, order};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::deadlines::deadline_rows;
use crate::error::{CurrentState, Error, ErrorKind, Result};
use crate::http::idempotency::{self, StoredResponse};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event};
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::access::{self, AccessContext};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::{self, Action, ActorRelation};
use crate::orders::store::{self, claims};
use crate::orders::view::load::OrderContext;
use crate::orders::view::{self, OrderView, available_actions};

/// A move under way. Dropping it undoes everything.
pub struct ActionTxn {
    pub txn: WriteTransaction,
    /// The order as it will be: its status is already the new one; the use case changes the rest.
    pub order: order::Model,
    /// The order as it was.
    pub before: order::Model,
    pub known: AccessContext,
    /// All its clocks, as they are now.
    pub clocks: Vec<deadline::Model>,
    pub actor: Actor,
    pub relation: ActorRelation,
    pub city: Arc<City>,
    pub now: DateTime<Utc>,
    /// The person and key under which the answer is stored in the same transaction.
    claim: Option<(PersonId, String)>,
}

/// A key that makes an action happen once: it is claimed in the action's transaction, and its answer is stored there.
#[derive(Clone, Copy, Debug)]
pub struct ActionClaim<'a> {
    pub person: PersonId,
    pub key: &'a str,
    /// Of the whole request.
    pub fingerprint: &'a str,
}

/// The answer that is stored under the key of an [`ActionClaim`].
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ActionReceipt {
    pub number: String,
    pub status: Status,
    pub version: i32,
}

/// The code of the refusal of a claimed action that has been done already.
pub const ALREADY_DONE: &str = "already_done";

/// A request to act on an order.
#[derive(Clone, Copy)]
pub struct ActionRequest<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    /// The number of the order.
    pub number: &'a str,
    /// The version that the client has seen.
    pub if_match: Option<i32>,
    pub claim: Option<ActionClaim<'a>>,
}

impl<'a> ActionRequest<'a> {
    #[must_use]
    pub fn new(app: &'a App, actor: &'a Actor, number: &'a str, if_match: Option<i32>) -> Self {
        Self {
            app,
            actor,
            number,
            if_match,
            claim: None,
        }
    }

    /// Does the action at most once under the key; a repetition is the conflict [`ALREADY_DONE`].
    #[must_use]
    pub fn once(self, claim: ActionClaim<'a>) -> Self {
        Self {
            claim: Some(claim),
            ..self
        }
    }
}

/// Holds the order and judges the move: 404, 412, 403, 409, in this order. An operator is refused as well while
/// another has claimed the matter.
pub async fn begin(request: ActionRequest<'_>, action: Action) -> Result<ActionTxn> {
    begin_by_relation(request, |_| action).await
}

/// Begins an action that changes other orders too; all are locked.
pub async fn begin_with_others(
    request: ActionRequest<'_>,
    action: Action,
    others: &[String],
) -> Result<ActionTxn> {
    let ActionRequest {
        app, actor, number, ..
    } = request;
    let locked = ActionTxn::lock_with_others(app, actor, number, others).await?;
    begin_locked(locked, request, |_| action).await
}

/// Begins an action that depends on the actor's relation to the order.
pub async fn begin_by_relation(
    request: ActionRequest<'_>,
    action: impl FnOnce(ActorRelation) -> Action,
) -> Result<ActionTxn> {
    let locked = ActionTxn::lock(request.app, request.actor, request.number).await?;
    begin_locked(locked, request, action).await
}

async fn begin_locked(
    mut step: ActionTxn,
    request: ActionRequest<'_>,
    action: impl FnOnce(ActorRelation) -> Action,
) -> Result<ActionTxn> {
    if !access::may_see(&step.actor, &step.order, &step.known) {
        return Err(Error::not_found());
    }
    if let Some(claim) = request.claim {
        step.claim(claim).await?;
    }
    if request
        .if_match
        .is_some_and(|version| version != step.before.version)
    {
        let detail = "工单刚刚有了变化，请刷新后再试。";
        let stale = Error::refused(ErrorKind::Stale, "stale_version", detail);
        return Err(stale.with_state(step.state().await?));
    }
    step.apply_transition(action(step.relation)).await?;
    if step.relation == ActorRelation::Operator {
        claims::ensure_unclaimed(
            &step.txn,
            step.city.zone(),
            step.order.id,
            step.actor.person,
            step.now,
        )
        .await?;
    }
    Ok(step)
}

impl ActionTxn {
    /// Locks the order for the rest of the transaction and determines the actor's relation to it. Does not check
    /// whether the actor may see the order.
    async fn lock(app: &App, actor: &Actor, number: &str) -> Result<Self> {
        Self::lock_with_others(app, actor, number, &[]).await
    }

    async fn lock_with_others(app: &App, actor: &Actor, number: &str, others: &[String]) -> Result<Self> {
        let txn = db::write(&app.db).await?;
        if !others.is_empty() {
            let all: Vec<String> = others.iter().cloned().chain([number.to_owned()]).collect();
            store::lock_all(&txn, &all).await?;
        }
        let order = store::lock(&txn, number).await?.ok_or_else(Error::not_found)?;
        let known = store::access_context(&txn, order.id).await?;
        let clocks = deadline_rows::of_order(&txn, order.id).await?;
        let standing = access::relation(actor, &order, &known);
        Ok(Self {
            txn,
            before: order.clone(),
            order,
            known,
            clocks,
            actor: actor.clone(),
            relation: standing,
            city: app.state::<CityHandle>().load(),
            now: app.clock.now(),
            claim: None,
        })
    }

    async fn claim(&mut self, claim: ActionClaim<'_>) -> Result<()> {
        let ActionClaim {
            person,
            key,
            fingerprint,
        } = claim;
        let done: Option<StoredResponse<ActionReceipt>> =
            idempotency::begin(&self.txn, person, key, fingerprint, self.now).await?;
        if done.is_some() {
            return Err(Error::refused(
                ErrorKind::Conflict,
                ALREADY_DONE,
                "这一步已经办理。",
            ));
        }
        self.claim = Some((person, key.to_owned()));
        Ok(())
    }

    /// Puts the order into the status that the action leads to, or says why it may not be done.
    pub async fn apply_transition(&mut self, action: Action) -> Result<()> {
        match lifecycle::decide(self.before.status, action, self.relation) {
            Ok(to) => {
                self.order.status = to;
                Ok(())
            }
            Err(refused) if refused.wrong_status => Err(Error::from(refused).with_state(self.state().await?)),
            Err(refused) => Err(refused.into()),
        }
    }

    /// The context of the order in this transaction.
    pub async fn load_context(&self, order: &order::Model) -> Result<OrderContext> {
        OrderContext::of(&self.txn, order, self.clocks.clone()).await
    }

    /// Returns the order's current state for the actor, for a client that must continue from it.
    async fn state(&self) -> Result<CurrentState> {
        let order = &self.before;
        let around = self.load_context(order).await?;
        Ok(CurrentState {
            status: order.status.to_string(),
            version: order.version,
            allowed: available_actions::available_actions(&self.city, &self.actor, order, &around, self.now),
        })
    }

    /// A 409 for what the table allows but the order's own state does not.
    pub async fn conflict(&self, code: &'static str, detail: &str) -> Error {
        let error = Error::refused(ErrorKind::Conflict, code, detail);
        match self.state().await {
            Ok(state) => error.with_state(state),
            Err(broken) => broken,
        }
    }

    /// The unit in charge; a dispatched order has one.
    pub fn unit(&self) -> Result<UnitId> {
        self.before
            .unit_id
            .ok_or_else(|| anyhow::anyhow!("order {} has no unit", self.before.number).into())
    }

    /// An event of this move.
    #[must_use]
    pub fn event(&self, action: EventAction) -> NewEvent<'_> {
        NewEvent::new(action, &self.actor, self.before.status, self.now)
    }

    /// Writes the order and the event without ending the transaction, for actions that continue (a verdict's
    /// consequences). Increments the version; due time and light follow from the running deadlines.
    pub async fn save(&mut self) -> Result<()> {
        let order = &mut self.order;
        order.version = self.before.version + 1;
        order.updated_at = self.now;
        if order.status != self.before.status || order.round != self.before.round {
            order.stage_since = self.now;
        }
        let over = order.status.is_over();
        if !over || self.clocks.iter().any(|row| row.stopped_at.is_none()) {
            (order.light, order.due_at) =
                deadline_rows::order_light(&self.clocks, self.city.deadline_rules(), self.now);
        } else {
            order.due_at = None;
        }
        if store::update(&self.txn, &self.before, order).await? {
            if over && order.status != self.before.status {
                store::close_supervision_orders(&self.txn, order.id, self.now).await?;
            }
            return Ok(());
        }
        Err(self
            .conflict("version_conflict", "工单刚刚有了变化，请刷新后再试。")
            .await)
    }

    /// Appends an event after `write`, so that it records where the move led.
    pub async fn append_event(&self, event: NewEvent<'_>) -> Result<()> {
        history::append(&self.txn, &self.order, event).await
    }

    /// Writes the notices of the event, with the actor.
    pub async fn emit(&self, app: &App, event: Event<'_>) -> Result<()> {
        let event = event.by(self.actor.person);
        notices::emit(&self.txn, app.state::<MessageCatalog>(), &event, self.now).await
    }

    /// Commits and answers with the order as the actor sees it now. An operator who has acted is done with it.
    pub async fn commit(self, app: &App) -> Result<OrderView> {
        let around = self.load_context(&self.order).await?;
        let view = view::build_view(app, &self.actor, &self.order, around, self.now).await?;
        if let (ActorRelation::Operator, Some(person)) = (self.relation, self.actor.person) {
            claims::release(&self.txn, self.order.id, person).await?;
        }
        if let Some((person, key)) = &self.claim {
            let receipt = ActionReceipt {
                number: self.order.number.clone(),
                status: self.order.status,
                version: self.order.version,
            };
            idempotency::complete(&self.txn, *person, key, &StoredResponse::ok(receipt)).await?;
        }
        self.txn.commit().await?;
        app.jobs.wake.notify_one();
        Ok(view)
    }
}
