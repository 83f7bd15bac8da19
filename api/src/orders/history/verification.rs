//! A reading of all history that an administrator asks for: a row that says how far it is, and jobs that each read a
//! part and hand on, so that none outlasts its lease.

use chrono::{DateTime, TimeDelta, Utc};
use entity::history_check;
use entity::ids::HistoryCheckId;
use entity::kinds::Role;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use super::verification_store;
use super::verify::{self, PageResult, Verifier};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::jobs::queue::{NewJob, enqueue};
use crate::jobs::{Job, Lane};
use crate::{audit_log, db};

/// 50,000 events a job: seconds of a lease of two minutes.
const PAGES_A_JOB: u32 = 50;
/// A reading that has not come to its end by then never will: its jobs are tried for most of a day.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);
/// The latest that are shown.
const MAX_SHOWN: u64 = 10;

/// Reads a part of the history.
pub struct VerifyHistory;

impl Job for VerifyHistory {
    const NAME: &'static str = "check_history";
    const LANE: Lane = Lane::Heavy;
    type Input = HistoryCheckId;

    async fn run(app: &App, id: HistoryCheckId) -> Result<()> {
        verify_pages(app, id).await
    }
}

/// The first link that does not hold: in an order's history, or in the record of what administrators did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokenChain {
    Order(verify::BrokenLink),
    Act(audit_log::service::Broken),
}

/// One reading as it is shown.
#[derive(Clone, Debug)]
pub struct VerificationView {
    pub asked_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// The verification was aborted.
    pub given_up: bool,
    /// About as many events as there were when it was asked for.
    pub total: i64,
    pub events: i64,
    pub orders: i64,
    pub acts: i64,
    pub broken: Option<BrokenChain>,
}

/// Asks for a reading; one that is under way is as good.
pub async fn request(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<()> {
    caller.require(Role::Admin)?;
    let txn = db::write(&app.db).await?;
    if verification_store::unfinished(&txn, now - GIVEN_UP_AFTER)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let row = history_check::Model {
        id: HistoryCheckId::generate(),
        asked_by: Some(caller.person),
        asked_at: now,
        total: verification_store::about_all_events(&txn).await?,
        events: 0,
        orders: 0,
        acts: 0,
        reached: None,
        broken: None,
        finished_at: None,
    };
    enqueue_next(&txn, &row, now).await?;
    verification_store::insert(&txn, row).await?;
    Ok(txn.commit().await?)
}

async fn enqueue_next(
    txn: &impl ConnectionTrait,
    row: &history_check::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    // Of its own for each part: the one that hands on is not done yet.
    let key = format!("{}:{}:{}", VerifyHistory::NAME, row.id, row.events);
    enqueue(txn, NewJob::of::<VerifyHistory>(&row.id, now)?.once(key), now).await
}

/// Reads a part. A job that runs twice finds that the part has been read.
pub async fn verify_pages(app: &App, id: HistoryCheckId) -> Result<()> {
    let Some(held) = verification_store::find(&app.db, id)
        .await?
        .filter(|row| row.finished_at.is_none())
    else {
        return Ok(());
    };
    let mut row = held.clone();
    let reached = row.reached.take().map(serde_json::from_value::<Verifier>);
    let mut reading = reached
        .transpose()
        .map_err(anyhow::Error::from)?
        .unwrap_or_default();
    let mut step = PageResult::More;
    for _ in 0..PAGES_A_JOB {
        step = reading.verify_page(&app.db).await?;
        if step != PageResult::More {
            break;
        }
    }
    let now = app.clock.now();
    row.events = count(reading.events);
    row.orders = count(reading.orders);
    if let PageResult::Done(broken) = step {
        let (read, broken_act) = audit_log::service::verify(&app.db).await?;
        let broken = broken
            .map(BrokenChain::Order)
            .or(broken_act.map(BrokenChain::Act));
        row.acts = count(read);
        row.broken = broken
            .map(serde_json::to_value)
            .transpose()
            .map_err(anyhow::Error::from)?;
        row.finished_at = Some(now);
    } else {
        row.reached = Some(serde_json::to_value(&reading).map_err(anyhow::Error::from)?);
    }
    let txn = db::write(&app.db).await?;
    if verification_store::advance(&txn, held.events, &row).await? && row.finished_at.is_none() {
        enqueue_next(&txn, &row, now).await?;
    }
    txn.commit().await?;
    if row.broken.is_some() {
        tracing::error!(check = %row.id, "history chain broken");
    }
    Ok(())
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The latest readings.
pub async fn list(app: &App, caller: &Caller, now: DateTime<Utc>) -> Result<Vec<VerificationView>> {
    caller.require(Role::Admin)?;
    let rows = verification_store::newest(&app.db, MAX_SHOWN).await?;
    rows.into_iter().map(|row| to_view(row, now)).collect()
}

fn to_view(row: history_check::Model, now: DateTime<Utc>) -> Result<VerificationView> {
    let broken = row.broken.map(serde_json::from_value).transpose();
    Ok(VerificationView {
        asked_at: row.asked_at,
        finished_at: row.finished_at,
        given_up: row.finished_at.is_none() && row.asked_at <= now - GIVEN_UP_AFTER,
        total: row.total,
        events: row.events,
        orders: row.orders,
        acts: row.acts,
        broken: broken.map_err(anyhow::Error::from)?,
    })
}
