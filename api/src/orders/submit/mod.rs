//! Submission of an order: validated, numbered, located, dispatched, its deadlines started, notices written; all in one
//! transaction with the idempotency key. Common to snap, scan and call.

use entity::order;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::error::Result;
use crate::http::idempotency::{self, StoredResponse};
use crate::orders::rules::actor::Actor;
use crate::orders::store;
use crate::orders::submit::draft::NewOrder;
use crate::orders::submit::plan::Plan;
use crate::orders::submit::publication::Author;
use crate::orders::view::{self, OrderView};

pub use crate::orders::store::CALL_FILED;
pub use crate::orders::submit::plan::{ExtraEvent, IdempotencyScope, Submission, category};

pub mod draft;
pub mod number;
mod plan;
pub mod preview;
pub mod publication;
pub mod routing;
pub mod site_defaults;

/// Submits a report for `actor`: the delegate, or the operator who took their call.
pub async fn submit(
    app: &App,
    actor: &Actor,
    new: NewOrder,
    claim: Option<&IdempotencyScope>,
) -> Result<StoredResponse<OrderView>> {
    let submission = Submission {
        new,
        claim,
        beside: None,
    };
    submit_with(app, actor, submission, async |_, _| Ok(())).await
}

/// Submits like [`submit`] and runs `also` with the inserted order in the same transaction. An error from `also` rolls
/// everything back.
pub async fn submit_with(
    app: &App,
    actor: &Actor,
    submission: Submission<'_>,
    also: impl AsyncFn(&WriteTransaction, &order::Model) -> Result<()>,
) -> Result<StoredResponse<OrderView>> {
    let now = app.clock.now();
    let new = submission.new.validate(now)?;
    let submission = Submission { new, ..submission };
    let city = app.state::<CityHandle>().load();
    let author = Author::of(app, actor).await?;
    let plan = Plan::build(app, city, author, submission, now).await?;
    let mut answer = loop {
        // Taken before the transaction, which would otherwise hold up every other submitter.
        let number = plan.number(app).await?;
        if let Some(answer) = try_insert(app, actor, &plan, number, &also).await? {
            break answer;
        }
        // The number belongs to another order. A number given with a call cannot be replaced.
        if plan.new.number.is_some() {
            return Err(number::Refused::Used.into());
        }
    };
    app.jobs.wake.notify_one();
    if answer.replayed {
        view::sign_links_anew(app, &mut answer.body).await?;
    }
    Ok(answer)
}

/// Tries to insert the order under `number`, in one transaction. Returns `None` if another order already has the
/// number.
async fn try_insert(
    app: &App,
    actor: &Actor,
    plan: &Plan<'_>,
    number: String,
    also: &impl AsyncFn(&WriteTransaction, &order::Model) -> Result<()>,
) -> Result<Option<StoredResponse<OrderView>>> {
    let txn = db::write(&app.db).await?;
    if let Some(claim) = plan.claim {
        let IdempotencyScope {
            person,
            key,
            fingerprint,
        } = claim;
        if let Some(first) = idempotency::begin(&txn, *person, key, fingerprint, plan.now).await? {
            return Ok(Some(first));
        }
    }
    let order = plan.order(number);
    if !store::insert(&txn, &order).await? {
        return Ok(None);
    }
    let around = plan.insert_children(app, &txn, actor, &order).await?;
    also(&txn, &order).await?;
    let around = around.with_photos(&txn, &order).await?;
    let view = view::build_view(app, actor, &order, around, plan.now).await?;
    let answer = StoredResponse::created(view);
    if let Some(claim) = plan.claim {
        idempotency::complete(&txn, claim.person, &claim.key, &answer).await?;
    }
    txn.commit().await?;
    Ok(Some(answer))
}
