//! Numbers of supervision orders of the past, and their rows, in the transaction that writes their orders.

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;
use entity::ids::SupervisionOrderId;
use entity::supervision_order;

use crate::db::{WriteTransaction, insert_all};
use crate::deadlines::calendar::local_date;
use crate::deadlines::policy::ClockPolicy;
use crate::error::Result;
use crate::supervision::past::supervision_order::PastSupervisionOrder;
use crate::supervision::{due_reminder, supervision_orders};

/// Gives each its number and its id, in the order of issue: an id begins with the time of its making, and the register is
/// sorted by it. One statement per year.
pub async fn number(
    txn: &WriteTransaction,
    zone: Tz,
    mut issued: Vec<&mut PastSupervisionOrder>,
) -> Result<()> {
    issued.sort_by_key(|row| row.issue.at);
    for of_year in issued.chunk_by_mut(|one, other| year(one, zone) == year(other, zone)) {
        let Some(year) = of_year.first().map(|row| year(row, zone)) else {
            continue;
        };
        let count = i32::try_from(of_year.len()).unwrap_or(i32::MAX);
        let first = supervision_orders::reserve(txn, year, count).await?;
        for (row, nth) in of_year.iter_mut().zip(first..) {
            row.id = SupervisionOrderId::generate();
            row.number = supervision_orders::number(year, nth);
        }
    }
    Ok(())
}

/// In the city's time.
fn year(issued: &PastSupervisionOrder, zone: Tz) -> i32 {
    local_date(issued.issue.at, zone).year()
}

/// Inserts the rows. Units that still owe an answer are reminded as of any other supervision order.
pub async fn insert(
    txn: &WriteTransaction,
    issued: Vec<supervision_order::Model>,
    clocks: &ClockPolicy,
    now: DateTime<Utc>,
) -> Result<()> {
    due_reminder::schedule_past(txn, &issued, clocks, now).await?;
    insert_all::<supervision_order::Entity, _>(txn, issued).await?;
    Ok(())
}
