//! Queries of an import: files already taken in, numbers already used, and the rows of many orders at once.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ids::PersonId;
use entity::kinds::Role;
use entity::{assignment, deadline, order, order_import, order_photo, person, reply, verdict};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::rows::Rows;
use crate::db::{WriteTransaction, insert_all};
use crate::error::Result;
use crate::orders::search::text_search;
use crate::orders::{change_feed, history};

/// The roster key of the person who stands for people an earlier system did not name.
const UNKNOWN_KEY: &str = "history-import";
const UNKNOWN_NAME: &str = "（历史导入）";

pub async fn by_file_hash(db: &impl ConnectionTrait, hash: &str) -> Result<Option<order_import::Model>> {
    let query = order_import::Entity::find().filter(order_import::Column::FileHash.eq(hash));
    Ok(query.one(db).await?)
}

pub async fn insert_import(txn: &impl ConnectionTrait, row: order_import::ActiveModel) -> Result<i64> {
    Ok(row.insert(txn).await?.id)
}

/// Those of `numbers` that orders have already.
pub async fn used_numbers(db: &impl ConnectionTrait, numbers: Vec<String>) -> Result<HashSet<String>> {
    let used: Vec<String> = order::Entity::find()
        .select_only()
        .column(order::Column::Number)
        .filter(order::Column::Number.is_in(numbers))
        .into_tuple()
        .all(db)
        .await?;
    Ok(used.into_iter().collect())
}

/// The person who stands for people an earlier system did not name; inserted by the first import.
pub async fn unknown_person(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<PersonId> {
    let known = person::Entity::find()
        .filter(person::Column::RosterKey.eq(UNKNOWN_KEY))
        .one(txn)
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let id = PersonId::generate();
    let row = person::ActiveModel {
        id: Set(id),
        name: Set(UNKNOWN_NAME.to_owned()),
        role: Set(Role::Delegate),
        level: Set(None),
        unit_id: Set(None),
        unit_head: Set(false),
        area_code: Set(None),
        electoral_unit: Set(None),
        committee: Set(None),
        phone_sealed: Set(Vec::new()),
        phone_hash: Set(UNKNOWN_KEY.to_owned()),
        openid_sealed: Set(None),
        openid_hash: Set(None),
        bound_at: Set(None),
        roster_key: Set(UNKNOWN_KEY.to_owned()),
        active: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
        removed_at: Set(Some(now)),
    };
    person::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(id)
}

/// Inserts the rows of several orders, table by table. At most 200 orders: SQLite takes 32,766 values per statement.
pub async fn insert(txn: &WriteTransaction, all: Vec<Rows>) -> Result<()> {
    let mut orders = Vec::with_capacity(all.len());
    let (mut assignments, mut deadlines, mut replies) = (Vec::new(), Vec::new(), Vec::new());
    let (mut verdicts, mut photos, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for rows in all {
        assignments.extend(rows.assignments);
        deadlines.extend(rows.deadlines);
        replies.extend(rows.replies);
        verdicts.extend(rows.verdicts);
        photos.extend(rows.photos);
        steps.push(rows.steps);
        orders.push(rows.order);
    }
    insert_all::<order::Entity, _>(txn, orders.iter().cloned()).await?;
    text_search::add_all(txn, &orders).await?;
    insert_all::<assignment::Entity, _>(txn, assignments).await?;
    insert_all::<deadline::Entity, _>(txn, deadlines).await?;
    insert_all::<reply::Entity, _>(txn, replies).await?;
    insert_all::<verdict::Entity, _>(txn, verdicts).await?;
    insert_all::<order_photo::Entity, _>(txn, photos).await?;
    let pairs = orders.iter().zip(&steps);
    let events: Vec<_> = pairs
        .flat_map(|(order, steps)| steps.iter().map(|step| step.event(order)))
        .collect();
    let events = events.iter().map(|(order, event)| (order, event.clone()));
    history::insert_past(txn, events.collect()).await?;
    change_feed::append_all(txn, orders.iter().map(|order| order.id)).await
}

/// Adds `added` orders to the count of an import, the earliest of them submitted at `first`.
pub async fn add_to_import(
    txn: &impl ConnectionTrait,
    import: i64,
    added: i32,
    first: DateTime<Utc>,
) -> Result<()> {
    order_import::Entity::update_many()
        .col_expr(
            order_import::Column::Orders,
            Expr::col(order_import::Column::Orders).add(added),
        )
        .col_expr(order_import::Column::FirstAt, Expr::value(first))
        .filter(order_import::Column::Id.eq(import))
        .exec(txn)
        .await?;
    Ok(())
}

/// The earliest submission among the imports made after `since`.
pub async fn earliest_imported_since(
    db: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let query = order_import::Entity::find()
        .select_only()
        .column(order_import::Column::FirstAt)
        .filter(order_import::Column::ImportedAt.gte(since))
        .order_by_asc(order_import::Column::FirstAt);
    Ok(query.into_tuple().one(db).await?)
}
