//! Verifies every chain from its first event to its last and names the first wrong link. Memory does not grow with the
//! number of events, and a verification can be interrupted and resumed.

use entity::ids::OrderId;
use entity::kinds::Status;
use entity::{order, order_event};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::hash;
use crate::error::Result;
use crate::hash_chain::GENESIS_HASH;

/// Events read at once.
pub const PAGE: u64 = 1_000;

/// The first link that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenLink {
    /// The order's number, or its id where the order itself is gone.
    pub order: String,
    pub seq: i32,
    pub fault: LinkError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkError {
    /// An event between two others, or the first one, is not there.
    Missing,
    /// The event does not follow from the one before it.
    Unlinked,
    /// The event was changed after it was written.
    Changed,
    /// The order's status is not the one its last event left it in.
    EndsElsewhere,
}

/// The number of events read, and the first fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerificationSummary {
    pub events: u64,
    pub orders: u64,
    pub broken: Option<BrokenLink>,
}

/// The last link read.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Link {
    order: OrderId,
    seq: i32,
    hash: String,
    status: Status,
}

/// How far a reading is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Verifier {
    pub events: u64,
    pub orders: u64,
    last: Option<Link>,
}

/// The result of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageResult {
    More,
    /// With the first link that does not hold.
    Done(Option<BrokenLink>),
}

/// Verifies the whole history; `progress` receives the number of events read.
pub async fn verify(db: &impl ConnectionTrait, mut progress: impl FnMut(u64)) -> Result<VerificationSummary> {
    let mut reading = Verifier::default();
    loop {
        let step = reading.verify_page(db).await?;
        progress(reading.events);
        if let PageResult::Done(broken) = step {
            return Ok(VerificationSummary {
                events: reading.events,
                orders: reading.orders,
                broken,
            });
        }
    }
}

impl Verifier {
    /// Reads one page.
    pub async fn verify_page(&mut self, db: &impl ConnectionTrait) -> Result<PageResult> {
        let page = page(db, self.last.as_ref()).await?;
        let full = page.len() as u64 == PAGE;
        let mut ended = Vec::new();
        for event in page {
            self.events += 1;
            let before = self.last.take().filter(|link| {
                let same = link.order == event.order_id;
                if !same {
                    ended.push((link.order, link.seq, link.status));
                }
                same
            });
            if let Some(fault) = fault(before.as_ref(), &event) {
                let order = name(db, event.order_id).await?;
                let seq = event.seq;
                return Ok(PageResult::Done(Some(BrokenLink { order, seq, fault })));
            }
            self.orders += u64::from(before.is_none());
            self.last = Some(Link {
                order: event.order_id,
                seq: event.seq,
                hash: event.hash,
                status: event.to_status,
            });
        }
        if !full {
            ended.extend(self.last.as_ref().map(|link| (link.order, link.seq, link.status)));
        }
        let broken = status_mismatch(db, &ended).await?;
        if broken.is_some() {
            return Ok(PageResult::Done(broken));
        }
        if full {
            return Ok(PageResult::More);
        }
        Ok(PageResult::Done(without_history(db).await?))
    }
}

fn fault(before: Option<&Link>, event: &order_event::Model) -> Option<LinkError> {
    let (seq, prev_hash) = before.map_or((1, GENESIS_HASH), |link| (link.seq + 1, link.hash.as_str()));
    if event.seq != seq {
        Some(LinkError::Missing)
    } else if event.prev_hash != prev_hash {
        Some(LinkError::Unlinked)
    } else if event.hash != hash(event) {
        Some(LinkError::Changed)
    } else {
        None
    }
}

async fn page(db: &impl ConnectionTrait, after: Option<&Link>) -> Result<Vec<order_event::Model>> {
    use order_event::Column;
    let mut query = order_event::Entity::find()
        .order_by_asc(Column::OrderId)
        .order_by_asc(Column::Seq)
        .limit(PAGE);
    if let Some(link) = after {
        let later = Condition::any().add(Column::OrderId.gt(link.order)).add(
            Condition::all()
                .add(Column::OrderId.eq(link.order))
                .add(Column::Seq.gt(link.seq)),
        );
        query = query.filter(Column::OrderId.gte(link.order)).filter(later);
    }
    Ok(query.all(db).await?)
}

/// An order whose status was changed without an event, or whose last events are gone.
async fn status_mismatch(
    db: &impl ConnectionTrait,
    ended: &[(OrderId, i32, Status)],
) -> Result<Option<BrokenLink>> {
    let orders: Vec<(OrderId, String, Status)> = order::Entity::find()
        .select_only()
        .columns([order::Column::Id, order::Column::Number, order::Column::Status])
        .filter(order::Column::Id.is_in(ended.iter().map(|(order, _, _)| *order)))
        .into_tuple()
        .all(db)
        .await?;
    for (id, seq, status) in ended {
        let Some((_, number, now)) = orders.iter().find(|(order, _, _)| order == id) else {
            continue;
        };
        if now != status && !moved_since(db, *id, *seq, *now).await? {
            return Ok(Some(BrokenLink {
                order: number.clone(),
                seq: *seq,
                fault: LinkError::EndsElsewhere,
            }));
        }
    }
    Ok(None)
}

/// Returns `true` if the order reached this status by an event that was written after its last one was read: history
/// grows during the verification.
async fn moved_since(db: &impl ConnectionTrait, id: OrderId, seq: i32, status: Status) -> Result<bool> {
    use order_event::Column;
    let later = order_event::Entity::find()
        .filter(Column::OrderId.eq(id))
        .filter(Column::Seq.gt(seq))
        .filter(Column::ToStatus.eq(status));
    Ok(later.one(db).await?.is_some())
}

async fn without_history(db: &impl ConnectionTrait) -> Result<Option<BrokenLink>> {
    // `NOT IN` would compare each order with every event.
    let first = Query::select()
        .column(order_event::Column::OrderId)
        .from(order_event::Entity)
        .and_where(order_event::Column::Seq.eq(1))
        .and_where(
            Expr::col((order_event::Entity, order_event::Column::OrderId))
                .equals((order::Entity, order::Column::Id)),
        )
        .to_owned();
    let silent: Option<String> = order::Entity::find()
        .select_only()
        .column(order::Column::Number)
        .filter(Expr::exists(first).not())
        .into_tuple()
        .one(db)
        .await?;
    Ok(silent.map(|order| BrokenLink {
        order,
        seq: 1,
        fault: LinkError::Missing,
    }))
}

async fn name(db: &impl ConnectionTrait, id: OrderId) -> Result<String> {
    let order = order::Entity::find_by_id(id).one(db).await?;
    Ok(order.map_or_else(|| id.to_string(), |order| order.number))
}
