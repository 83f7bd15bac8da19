//! Queries on watch lists, their entries and inspections.

use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, WatchEntryId, WatchListId};
use entity::{campaign, watch_entry, watch_inspection, watch_list};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::{self, WriteTransaction, insert_all};
use crate::error::Result;
use crate::watch_lists::rules::MAX_ENTRIES;

/// Inspections of a page that are shown.
const MAX_INSPECTIONS: u64 = 2_000;
/// Watched places that one look-up may find.
const MAX_NEAR: u64 = 5_000;

pub async fn find(connection: &impl ConnectionTrait, id: WatchListId) -> Result<Option<watch_list::Model>> {
    Ok(watch_list::Entity::find_by_id(id).one(connection).await?)
}

pub async fn list(
    connection: &impl ConnectionTrait,
    area: Option<&str>,
    after: Option<WatchListId>,
    limit: u64,
) -> Result<Vec<watch_list::Model>> {
    use watch_list::Column as C;
    let mut query = watch_list::Entity::find().order_by_desc(C::Id).limit(limit);
    if let Some(area) = area {
        query = query.filter(C::AreaCode.eq(area));
    }
    if let Some(after) = after {
        query = query.filter(C::Id.lt(after));
    }
    Ok(query.all(connection).await?)
}

/// Whether the campaign is one of this county, or any where `area` is `None`.
pub async fn campaign_within(
    connection: &impl ConnectionTrait,
    id: CampaignId,
    area: Option<&str>,
) -> Result<bool> {
    let found = campaign::Entity::find_by_id(id).one(connection).await?;
    Ok(found.is_some_and(|row| area.is_none() || row.area_code.as_deref() == area))
}

pub async fn count_lists(connection: &impl ConnectionTrait) -> Result<u64> {
    Ok(watch_list::Entity::find().count(connection).await?)
}

pub async fn insert_list(connection: &impl ConnectionTrait, row: watch_list::Model) -> Result<()> {
    watch_list::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The entries of these lists, the oldest first, removed ones too.
pub async fn entries(
    connection: &impl ConnectionTrait,
    lists: Vec<WatchListId>,
) -> Result<Vec<watch_entry::Model>> {
    let limit = MAX_ENTRIES * u64::try_from(lists.len()).unwrap_or(1);
    let query = watch_entry::Entity::find()
        .filter(watch_entry::Column::ListId.is_in(lists))
        .order_by_asc(watch_entry::Column::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

pub async fn count_entries(connection: &impl ConnectionTrait, list: WatchListId) -> Result<u64> {
    let query = watch_entry::Entity::find().filter(watch_entry::Column::ListId.eq(list));
    Ok(query.count(connection).await?)
}

pub async fn insert_entries(connection: &impl ConnectionTrait, rows: Vec<watch_entry::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    watch_entry::Entity::insert_many(rows)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Locks an entry for the rest of the transaction.
pub async fn lock_entry(txn: &impl ConnectionTrait, id: WatchEntryId) -> Result<Option<watch_entry::Model>> {
    let query = db::for_update(txn, watch_entry::Entity::find_by_id(id));
    Ok(query.one(txn).await?)
}

pub async fn find_entry(
    connection: &impl ConnectionTrait,
    id: WatchEntryId,
) -> Result<Option<watch_entry::Model>> {
    Ok(watch_entry::Entity::find_by_id(id).one(connection).await?)
}

/// Writes a change if nobody has changed the entry since; returns `false` otherwise.
pub async fn update_entry(
    connection: &impl ConnectionTrait,
    seen: &watch_entry::Model,
    change: watch_entry::ActiveModel,
) -> Result<bool> {
    let result = watch_entry::Entity::update_many()
        .set(change)
        .col_expr(watch_entry::Column::Version, Expr::value(seen.version + 1))
        .filter(watch_entry::Column::Id.eq(seen.id))
        .filter(watch_entry::Column::Version.eq(seen.version))
        .exec(connection)
        .await?;
    Ok(result.rows_affected == 1)
}

pub async fn insert_inspection(
    connection: &impl ConnectionTrait,
    row: watch_inspection::Model,
) -> Result<()> {
    watch_inspection::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Inserts lists with their entries and inspections, one statement per table.
pub async fn insert_past(
    txn: &WriteTransaction,
    lists: Vec<watch_list::Model>,
    entries: Vec<watch_entry::Model>,
    inspections: Vec<watch_inspection::Model>,
) -> Result<()> {
    insert_all::<watch_list::Entity, _>(txn, lists).await?;
    insert_all::<watch_entry::Entity, _>(txn, entries).await?;
    insert_all::<watch_inspection::Entity, _>(txn, inspections).await?;
    Ok(())
}

/// Watched subjects that were to be inspected before `now`.
pub async fn overdue(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Vec<watch_entry::Model>> {
    let query = watch_entry::Entity::find()
        .filter(watch_entry::Column::RemovedAt.is_null())
        .filter(watch_entry::Column::NextInspectionAt.lt(now))
        .limit(MAX_NEAR);
    Ok(query.all(connection).await?)
}

/// Inspections of these entries, the newest first.
pub async fn inspections(
    connection: &impl ConnectionTrait,
    entries: Vec<WatchEntryId>,
) -> Result<Vec<watch_inspection::Model>> {
    let query = watch_inspection::Entity::find()
        .filter(watch_inspection::Column::EntryId.is_in(entries))
        .order_by_desc(watch_inspection::Column::At)
        .order_by_desc(watch_inspection::Column::Id)
        .limit(MAX_INSPECTIONS);
    Ok(query.all(connection).await?)
}

/// Watched places within a box of WGS-84 degrees: west, south, east, north.
pub async fn within(
    connection: &impl ConnectionTrait,
    [west, south, east, north]: [f64; 4],
) -> Result<Vec<watch_entry::Model>> {
    use watch_entry::Column as C;
    let query = watch_entry::Entity::find()
        .filter(C::RemovedAt.is_null())
        .filter(C::Latitude.is_not_null())
        .filter(C::Latitude.between(south, north))
        .filter(C::Longitude.between(west, east))
        .limit(MAX_NEAR);
    Ok(query.all(connection).await?)
}

pub async fn titles(
    connection: &impl ConnectionTrait,
    lists: Vec<WatchListId>,
) -> Result<Vec<(WatchListId, String)>> {
    use watch_list::Column as C;
    let query = watch_list::Entity::find()
        .select_only()
        .columns([C::Id, C::Title])
        .filter(C::Id.is_in(lists));
    Ok(query.into_tuple().all(connection).await?)
}
