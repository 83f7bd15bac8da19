//! Claims on orders: an operator works on one, and no other does meanwhile (`people/claims.rs`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::ids::{OrderId, PersonId};
use entity::{order, queue_claim};
use sea_orm::ConnectionTrait;

use crate::error::{Error, Result};
use crate::orders::store;
use crate::people::claims::{ClaimQueue, Claimant};

pub const QUEUE: ClaimQueue = ClaimQueue {
    kind: "order",
    label: "这件工单",
};

/// The order, held until the transaction ends, for those who claim it.
pub async fn lock(txn: &impl ConnectionTrait, number: &str) -> Result<order::Model> {
    store::lock(txn, number).await?.ok_or_else(Error::not_found)
}

/// The claims on these orders that have not run out, by the orders' ids.
pub async fn of_orders(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, queue_claim::Model>> {
    QUEUE
        .active(db, orders.iter().map(ToString::to_string), now)
        .await
}

/// Checks that no other operator holds an unexpired claim on the order, otherwise fails with 409. The caller has locked
/// its row.
pub async fn ensure_unclaimed(
    txn: &impl ConnectionTrait,
    zone: Tz,
    order: OrderId,
    person: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let claimant = Claimant { person, zone };
    QUEUE.heed(txn, order.to_string(), claimant, now).await
}

/// Claims the order or renews the claim. The caller has locked the order's row and checked existing claims.
pub async fn acquire(
    txn: &impl ConnectionTrait,
    order: OrderId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    QUEUE.take(txn, order.to_string(), person, now).await
}

/// Gives back what the person has claimed of the order, if anything.
pub async fn release(txn: &impl ConnectionTrait, order: OrderId, person: PersonId) -> Result<()> {
    QUEUE.release(txn, order.to_string(), person).await
}
