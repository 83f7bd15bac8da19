//! Any move on an order: `begin` holds the order and judges whether the move may be made, the use case
//! changes what it has to, `finish` writes the order, its event and the notices in the same transaction.
//!
//! ```text
//! let mut step = moves::begin(app, actor, number, if_match, Action::Accept).await?;
//! deadline_rows::stop(&step.txn, …, &mut step.clocks, …).await?; // what changes besides
//! step.order.accepted_at = Some(step.now);                 // its status is the new one already
//! step.write().await?;                                     // guarded by the version
//! step.record(step.event("accepted").note("…")).await?;    // the history
//! step.tell(app, Event::of(EventKind::Accepted, &step.order)).await?;
//! step.commit(app).await                                   // → the order as the actor sees it
//! ```

pub mod accept;
pub mod cancel;
pub mod dispatch;
pub mod endorse;
pub mod escalate;
pub mod extend;
pub mod merge;
pub mod merged_endorsers;
pub mod next_round;
pub mod note;
pub mod reopen;
pub mod reply;
pub mod return_order;
pub mod sub_assign;
pub mod sub_assignment_reminder;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::UnitId;
use entity::kinds::Status;
use entity::{deadline, order};

use crate::app::App;
use crate::city::snapshot::City;
use crate::db::{self, WriteTransaction};
use crate::deadlines::deadline_rows;
use crate::error::{CurrentState, Error, Kind, Result};
use crate::notices::{self, Event};
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::access::{self, Known};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::{self, Action, Standing};
use crate::orders::store::{self, claims};
use crate::orders::view::load::Around;
use crate::orders::view::{self, OrderView, available_actions};

/// A move under way. Dropping it undoes everything.
pub struct Move {
    pub txn: WriteTransaction,
    /// The order as it will be: its status is already the new one; the use case changes the rest.
    pub order: order::Model,
    /// The order as it was.
    pub before: order::Model,
    pub known: Known,
    /// All its clocks, as they are now.
    pub clocks: Vec<deadline::Model>,
    pub actor: Actor,
    pub standing: Standing,
    pub city: Arc<City>,
    pub now: DateTime<Utc>,
}

/// Holds the order and judges the move: 404, 412, 403, 409, in this order. An operator is refused as well while
/// another has claimed the matter.
pub async fn begin(
    app: &App,
    actor: &Actor,
    number: &str,
    if_match: Option<i32>,
    action: Action,
) -> Result<Move> {
    begin_any(app, actor, number, if_match, |_| action).await
}

/// The same where other orders change with this one; all are held.
pub async fn begin_beside(
    app: &App,
    actor: &Actor,
    number: &str,
    if_match: Option<i32>,
    action: Action,
    others: &[String],
) -> Result<Move> {
    begin_held(
        Move::hold_beside(app, actor, number, others).await?,
        if_match,
        |_| action,
    )
    .await
}

/// The same where the action depends on how the actor stands to the order.
pub async fn begin_any(
    app: &App,
    actor: &Actor,
    number: &str,
    if_match: Option<i32>,
    action: impl FnOnce(Standing) -> Action,
) -> Result<Move> {
    begin_held(Move::hold(app, actor, number).await?, if_match, action).await
}

async fn begin_held(
    mut step: Move,
    if_match: Option<i32>,
    action: impl FnOnce(Standing) -> Action,
) -> Result<Move> {
    if !access::sees(&step.actor, &step.order, &step.known) {
        return Err(Error::not_found());
    }
    if if_match.is_some_and(|version| version != step.before.version) {
        let detail = "工单刚刚有了变化，请刷新后再试。";
        let stale = Error::refused(Kind::Stale, "stale_version", detail);
        return Err(stale.with_state(step.state().await?));
    }
    step.judge(action(step.standing)).await?;
    if step.standing == Standing::Operator {
        claims::heed(
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

impl Move {
    /// Holds the order for the rest of the transaction and finds out how the actor stands to it. Says nothing
    /// about whether he may know of it.
    async fn hold(app: &App, actor: &Actor, number: &str) -> Result<Self> {
        Self::hold_beside(app, actor, number, &[]).await
    }

    async fn hold_beside(app: &App, actor: &Actor, number: &str, others: &[String]) -> Result<Self> {
        let txn = db::write(&app.db).await?;
        if !others.is_empty() {
            let all: Vec<String> = others.iter().cloned().chain([number.to_owned()]).collect();
            store::hold_all(&txn, &all).await?;
        }
        let order = store::hold(&txn, number).await?.ok_or_else(Error::not_found)?;
        let known = store::known(&txn, order.id).await?;
        let clocks = deadline_rows::of_order(&txn, order.id).await?;
        let standing = access::standing(actor, &order, &known);
        Ok(Self {
            txn,
            before: order.clone(),
            order,
            known,
            clocks,
            actor: actor.clone(),
            standing,
            city: app.city.load(),
            now: app.clock.now(),
        })
    }

    /// Puts the order into the status that the action leads to, or says why it may not be done.
    pub async fn judge(&mut self, action: Action) -> Result<()> {
        match lifecycle::decide(self.before.status, action, self.standing) {
            Ok(to) => {
                self.order.status = to;
                Ok(())
            }
            Err(refused) if refused.at_another_time => {
                Err(Error::from(refused).with_state(self.state().await?))
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// What stands around the order in this transaction.
    pub async fn around(&self, order: &order::Model) -> Result<Around> {
        Around::of(&self.txn, order, self.clocks.clone()).await
    }

    /// What the order looks like to the actor now, for a client that has to go on from it.
    async fn state(&self) -> Result<CurrentState> {
        let order = &self.before;
        let around = self.around(order).await?;
        Ok(CurrentState {
            status: order.status.to_string(),
            version: order.version,
            allowed: available_actions::names(&self.city, &self.actor, order, &around, self.now),
        })
    }

    /// A 409 for what the table allows but the order's own state does not.
    pub async fn conflict(&self, code: &'static str, detail: &str) -> Error {
        let error = Error::refused(Kind::Conflict, code, detail);
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
    pub fn event<'a>(&'a self, action: &'a str) -> NewEvent<'a> {
        NewEvent::new(action, &self.actor, self.before.status, self.now)
    }

    /// Writes the order and the event, without ending the transaction: for moves that go on (a verdict's
    /// consequences). The version goes up by one; due time and light follow from the clocks that run.
    pub async fn write(&mut self) -> Result<()> {
        let order = &mut self.order;
        order.version = self.before.version + 1;
        order.updated_at = self.now;
        if order.status != self.before.status || order.round != self.before.round {
            order.stage_since = self.now;
        }
        let over = matches!(order.status, Status::Closed | Status::Cancelled);
        if !over || self.clocks.iter().any(|row| row.stopped_at.is_none()) {
            (order.light, order.due_at) = deadline_rows::shown_of(&self.clocks, self.city.law(), self.now);
        } else {
            order.due_at = None;
        }
        if store::update(&self.txn, &self.before, order).await? {
            return Ok(());
        }
        Err(self
            .conflict("version_conflict", "工单刚刚有了变化，请刷新后再试。")
            .await)
    }

    /// Appends an event after `write`, so that it records where the move led.
    pub async fn record(&self, event: NewEvent<'_>) -> Result<()> {
        history::append(&self.txn, &self.order, event).await
    }

    /// Tells everybody whom the event concerns; the actor is named by it.
    pub async fn tell(&self, app: &App, event: Event<'_>) -> Result<()> {
        let event = event.by(self.actor.person);
        notices::tell(&self.txn, &app.wording, &event, self.now).await
    }

    /// Commits and answers with the order as the actor sees it now. An operator who has acted is done with it.
    pub async fn commit(self, app: &App) -> Result<OrderView> {
        let around = self.around(&self.order).await?;
        let view = view::shown(app, &self.actor, &self.order, around, self.now).await?;
        if let (Standing::Operator, Some(person)) = (self.standing, self.actor.person) {
            claims::release(&self.txn, self.order.id, person).await?;
        }
        self.txn.commit().await?;
        app.jobs.wake.notify_one();
        Ok(view)
    }
}
