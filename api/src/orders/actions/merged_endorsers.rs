//! Endorsers of an order through merges: the reporter and the endorsers of each merged order, including earlier merges.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId};
use entity::{endorsement, order};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::endorse;
use crate::error::Result;

/// The order that this one was merged into, the one that that was merged into, and so on. It ends: an order is merged only
/// into one that is open, and none that is merged is.
pub async fn merge_targets(db: &impl ConnectionTrait, order: &order::Model) -> Result<Vec<order::Model>> {
    let mut chain = Vec::new();
    let mut next = order.merged_into;
    while let Some(id) = next {
        let found = order::Entity::find_by_id(id).one(db).await?;
        next = found.as_ref().and_then(|order| order.merged_into);
        chain.extend(found);
    }
    Ok(chain)
}

/// Synchronizes the merge-derived endorsers of `target` with the reporters and endorsers of the orders merged into it
/// now. Delegates who endorsed on their own, or through another merge, stay.
pub async fn sync_merged_endorsers(
    txn: &impl ConnectionTrait,
    target: &order::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut brought = merged_supporters(txn, target).await?;
    let rows = endorsement::Entity::find()
        .filter(endorsement::Column::OrderId.eq(target.id))
        .filter(endorsement::Column::MergedFrom.is_not_null())
        .all(txn)
        .await?;
    let mut gone = Vec::new();
    for row in rows {
        match brought.remove(&row.person_id) {
            None => gone.push(row.person_id),
            Some(by) if row.merged_from.is_some_and(|from| by.contains(&from)) => {}
            Some(by) => set_merged_from(txn, &row, by.first().copied()).await?,
        }
    }
    endorsement::Entity::delete_many()
        .filter(endorsement::Column::OrderId.eq(target.id))
        .filter(endorsement::Column::PersonId.is_in(gone))
        .exec(txn)
        .await?;
    for (person, by) in brought {
        endorse::add(txn, target, person, by.first().copied(), now).await?;
    }
    Ok(())
}

/// Returns the reporters and endorsers of the orders merged into this one, each with these orders.
async fn merged_supporters(
    txn: &impl ConnectionTrait,
    target: &order::Model,
) -> Result<BTreeMap<PersonId, BTreeSet<OrderId>>> {
    let merged: Vec<(OrderId, PersonId)> = order::Entity::find()
        .select_only()
        .columns([order::Column::Id, order::Column::ReporterId])
        .filter(order::Column::MergedInto.eq(target.id))
        .order_by_asc(order::Column::Id)
        .into_tuple()
        .all(txn)
        .await?;
    let endorsers: Vec<(OrderId, PersonId)> = endorsement::Entity::find()
        .select_only()
        .columns([endorsement::Column::OrderId, endorsement::Column::PersonId])
        .filter(endorsement::Column::OrderId.is_in(merged.iter().map(|(order, _)| *order)))
        .into_tuple()
        .all(txn)
        .await?;
    let mut brought: BTreeMap<PersonId, BTreeSet<OrderId>> = BTreeMap::new();
    for (order, person) in merged.into_iter().chain(endorsers) {
        if person != target.reporter_id {
            brought.entry(person).or_default().insert(order);
        }
    }
    Ok(brought)
}

async fn set_merged_from(
    txn: &impl ConnectionTrait,
    row: &endorsement::Model,
    order: Option<OrderId>,
) -> Result<()> {
    endorsement::Entity::update_many()
        .col_expr(endorsement::Column::MergedFrom, Expr::value(order))
        .filter(endorsement::Column::OrderId.eq(row.order_id))
        .filter(endorsement::Column::PersonId.eq(row.person_id))
        .exec(txn)
        .await?;
    Ok(())
}
