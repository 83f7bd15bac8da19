//! The projection: takes changed orders from the feed, recalculates their facts, and applies the differences to the
//! counts.
//!
//! One replica projects at a time, holding the lock on the row of `overview_fold`; submitters and actions never wait
//! for it. A change that commits during a projection has its own row in the feed, so an order that was read half old
//! and half new is counted again, and the counts become right.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::order;

use super::count_deltas::CountDeltas;
use super::facts::{OrderFacts, OrderRows};
use super::replica_events;
use super::store::{self, CountedRows};
use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;

/// Changes a transaction: on SQLite every other writer waits for it.
const BATCH: u64 = 256;

/// Takes in whatever waits; how many changes that were.
pub async fn apply_changes(app: &App) -> Result<usize> {
    let mut folded = 0;
    while store::any_change(&app.db).await? {
        let taken = apply_batch(app).await?;
        if taken == 0 {
            break;
        }
        folded += taken;
        if u64::try_from(taken).is_ok_and(|taken| taken < BATCH) {
            break;
        }
    }
    Ok(folded)
}

async fn apply_batch(app: &App) -> Result<usize> {
    let (city, now) = (app.state::<CityHandle>().load(), app.clock.now());
    let txn = db::write(&app.db).await?;
    let Some(held) = store::try_lock(&txn).await? else {
        return Ok(0);
    };
    let changes = store::changes(&txn, BATCH).await?;
    if changes.is_empty() {
        return Ok(0);
    }
    let mut ids: Vec<OrderId> = changes.iter().map(|change| change.order_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // After the changes: whatever is read now is at least as new as they are.
    let before = read_facts(store::facts(&txn, &ids).await?)?;
    let rows = store::counted_rows(&txn, &ids).await?;
    let after = count(&city, &rows);
    let (mut cells, mut kept) = (CountDeltas::default(), Vec::new());
    let mut news = Vec::new();
    for (order, facts) in after {
        let was = before.get(&order.id);
        if was == Some(&facts) {
            continue;
        }
        if let Some(was) = was {
            cells.subtract(was);
        }
        cells.add(&facts);
        kept.push((
            order.id,
            serde_json::to_string(&facts).map_err(anyhow::Error::from)?,
        ));
        news.extend(replica_events::order_events(&city, order, was, &facts, now));
    }
    let cells = cells.non_zero();
    store::save_facts(&txn, kept).await?;
    store::apply_stock(&txn, cells.stock).await?;
    store::apply_dwell(&txn, cells.dwell).await?;
    store::apply_flow(&txn, cells.flow).await?;
    let taken = changes.len();
    store::delete_changes(&txn, changes.into_iter().map(|change| change.id).collect()).await?;
    let seq = held.seq + 1;
    store::record_progress(&txn, seq, now).await?;
    let parcels = replica_events::split_into_messages(seq, news);
    replica_events::notify(&txn, &parcels).await?;
    txn.commit().await?;
    replica_events::publish_locally(app, parcels);
    Ok(taken)
}

fn read_facts(kept: HashMap<OrderId, String>) -> Result<HashMap<OrderId, OrderFacts>> {
    let read = |(order, text): (OrderId, String)| {
        let facts = serde_json::from_str(&text).map_err(|error| {
            anyhow::anyhow!(
                "order {order}: its kept facts cannot be read ({error}); run `zhitong overview rebuild`"
            )
        })?;
        Ok((order, facts))
    };
    kept.into_iter().map(read).collect()
}

fn count<'a>(city: &City, rows: &'a CountedRows) -> Vec<(&'a order::Model, OrderFacts)> {
    let facts = |order: &'a order::Model| {
        let group = order.category_code.as_deref().map(|code| group(city, code));
        let counted = OrderRows {
            order,
            clocks: rows.clocks.get(&order.id).map_or(&[], Vec::as_slice),
            verdicts: rows.verdicts.get(&order.id).map_or(&[], Vec::as_slice),
            demands: rows.demands.get(&order.id).copied().unwrap_or_default(),
            group,
        };
        (order, OrderFacts::of(&counted, city.zone()))
    };
    rows.orders.iter().map(facts).collect()
}

/// The first-level category; a code that the city no longer has stands for itself.
fn group(city: &City, code: &str) -> String {
    let parent = city
        .categories
        .find(code)
        .and_then(|category| category.parent.clone());
    parent.unwrap_or_else(|| code.to_owned())
}

/// Counts everything from the beginning: forgets all counts, then folds every order. Orders may come and move
/// meanwhile; screens show the part that has been counted so far and say how much waits.
pub async fn rebuild(app: &App, mut progress: impl FnMut(u64, u64)) -> Result<u64> {
    let txn = db::write(&app.db).await?;
    store::lock(&txn).await?;
    let orders = store::reset(&txn).await?;
    txn.commit().await?;
    let mut done = 0;
    progress(done, orders);
    while store::any_change(&app.db).await? {
        let taken = apply_batch(app).await?;
        if taken == 0 {
            // Another replica folds; it does our work.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        done += u64::try_from(taken).unwrap_or_default();
        progress(done, orders);
    }
    Ok(orders)
}

/// How far the counts are: the event number, when, and how many changes wait (up to a limit).
pub async fn progress(app: &App) -> Result<(i64, Option<DateTime<Utc>>, usize)> {
    let held = store::state(&app.db).await?;
    let (seq, at) = held.map_or((0, None), |fold| (fold.seq, fold.folded_at));
    Ok((seq, at, store::count_waiting(&app.db, BATCH).await?))
}
