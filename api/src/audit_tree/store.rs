//! Queries on the tables of the tree.

use std::collections::{BTreeSet, HashMap};

use entity::ids::OrderId;
use entity::kinds::LeafKind;
use entity::{
    admin_act, audit_checkpoint, audit_head, audit_leaf, audit_pending, audit_state, audit_tile, order,
    order_event,
};
use merkle::{TileId, Tiles};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait,
    EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db;
use crate::error::Result;

const HEAD: i32 = 1;
/// Rows per statement; SQLite takes 32,766 values.
const ROWS: usize = 1_000;

pub(super) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Returns the head without locking it.
pub(super) async fn head(connection: &impl ConnectionTrait) -> Result<audit_head::Model> {
    let head = audit_head::Entity::find_by_id(HEAD).one(connection).await?;
    Ok(head.ok_or_else(|| anyhow::anyhow!("audit_head has lost its row"))?)
}

/// Locks the head until the transaction ends. Returns `None` if another replica has the lock.
pub(super) async fn try_lock_head(txn: &impl ConnectionTrait) -> Result<Option<audit_head::Model>> {
    let mut query = audit_head::Entity::find_by_id(HEAD);
    if db::supports_skip_locked(txn) {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(txn).await?)
}

/// Waits for the lock on the head.
pub(super) async fn lock_head(txn: &impl ConnectionTrait) -> Result<audit_head::Model> {
    let head = audit_head::Entity::find_by_id(HEAD)
        .lock_exclusive()
        .one(txn)
        .await?;
    Ok(head.ok_or_else(|| anyhow::anyhow!("audit_head has lost its row"))?)
}

pub(super) async fn save_head(txn: &impl ConnectionTrait, head: audit_head::Model) -> Result<()> {
    let row = head.into_active_model().reset_all();
    audit_head::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// Returns the oldest pending entries.
pub(super) async fn pending(
    connection: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<audit_pending::Model>> {
    let query = audit_pending::Entity::find()
        .filter(audit_pending::Column::Refused.eq(false))
        .order_by_asc(audit_pending::Column::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// Returns all pending entries of these orders, including refused ones.
pub(super) async fn pending_of(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<audit_pending::Model>> {
    let query = audit_pending::Entity::find()
        .filter(audit_pending::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(audit_pending::Column::Id);
    Ok(query.all(connection).await?)
}

pub(super) async fn pending_acts(connection: &impl ConnectionTrait) -> Result<Vec<audit_pending::Model>> {
    let query = audit_pending::Entity::find().filter(audit_pending::Column::OrderId.is_null());
    Ok(query.all(connection).await?)
}

/// Returns the number of pending entries and of refused ones.
pub(super) async fn count_pending(connection: &impl ConnectionTrait) -> Result<(u64, u64)> {
    let of = |refused| audit_pending::Entity::find().filter(audit_pending::Column::Refused.eq(refused));
    Ok((
        of(false).count(connection).await?,
        of(true).count(connection).await?,
    ))
}

pub(super) async fn delete_pending(txn: &impl ConnectionTrait, ids: &[i64]) -> Result<()> {
    for ids in ids.chunks(ROWS) {
        audit_pending::Entity::delete_many()
            .filter(audit_pending::Column::Id.is_in(ids.iter().copied()))
            .exec(txn)
            .await?;
    }
    Ok(())
}

pub(super) async fn refuse_pending(txn: &impl ConnectionTrait, ids: &[i64]) -> Result<()> {
    audit_pending::Entity::update_many()
        .col_expr(audit_pending::Column::Refused, Expr::value(true))
        .filter(audit_pending::Column::Id.is_in(ids.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

pub(super) async fn insert_leaves(txn: &impl ConnectionTrait, leaves: &[audit_leaf::Model]) -> Result<()> {
    for leaves in leaves.chunks(ROWS) {
        let rows = leaves
            .iter()
            .map(|leaf| leaf.clone().into_active_model().reset_all());
        audit_leaf::Entity::insert_many(rows)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// Returns leaves from number `from` on.
pub(super) async fn leaves(
    connection: &impl ConnectionTrait,
    from: u64,
    limit: u64,
) -> Result<Vec<audit_leaf::Model>> {
    let query = audit_leaf::Entity::find()
        .filter(audit_leaf::Column::Idx.gte(to_i64(from)))
        .order_by_asc(audit_leaf::Column::Idx)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// Returns the leaves of these orders, in the order of the tree.
pub(super) async fn leaves_of(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<audit_leaf::Model>> {
    let query = audit_leaf::Entity::find()
        .filter(audit_leaf::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(audit_leaf::Column::Idx);
    Ok(query.all(connection).await?)
}

/// Returns leaves of actions after the action `seq`.
pub(super) async fn act_leaves(
    connection: &impl ConnectionTrait,
    seq: i64,
    limit: u64,
) -> Result<Vec<audit_leaf::Model>> {
    let query = audit_leaf::Entity::find()
        .filter(audit_leaf::Column::Kind.eq(LeafKind::Act))
        .filter(audit_leaf::Column::Seq.gt(seq))
        .order_by_asc(audit_leaf::Column::Seq)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// Returns up to `limit` orders that have leaves and no row.
pub(super) async fn removed_orders(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<OrderId>> {
    // `NOT IN` would compare each leaf with every order.
    let orders = Query::select()
        .column(order::Column::Id)
        .from(order::Entity)
        .and_where(
            Expr::col((order::Entity, order::Column::Id))
                .equals((audit_leaf::Entity, audit_leaf::Column::OrderId)),
        )
        .to_owned();
    let query = audit_leaf::Entity::find()
        .select_only()
        .column(audit_leaf::Column::OrderId)
        .distinct()
        .filter(audit_leaf::Column::OrderId.is_not_null())
        .filter(Expr::exists(orders).not())
        .limit(limit);
    let ids: Vec<Option<OrderId>> = query.into_tuple().all(connection).await?;
    Ok(ids.into_iter().flatten().collect())
}

pub(super) async fn states(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, audit_state::Model>> {
    let query =
        audit_state::Entity::find().filter(audit_state::Column::OrderId.is_in(orders.iter().copied()));
    let rows = query.all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row)).collect())
}

pub(super) async fn save_states(txn: &impl ConnectionTrait, states: Vec<audit_state::Model>) -> Result<()> {
    use audit_state::Column;
    if states.is_empty() {
        return Ok(());
    }
    let rows = states.into_iter().map(|row| row.into_active_model().reset_all());
    audit_state::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(Column::OrderId)
                .update_columns([Column::Number, Column::Seq, Column::Items])
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Loads tiles. A missing tile is an error only when it is used.
pub(super) async fn tiles(connection: &impl ConnectionTrait, ids: &BTreeSet<TileId>) -> Result<Tiles> {
    let mut tiles = Tiles::default();
    let ids: Vec<TileId> = ids.iter().copied().collect();
    for ids in ids.chunks(ROWS) {
        let mut any = Condition::any();
        let levels: BTreeSet<u32> = ids.iter().map(|id| id.level).collect();
        for level in levels {
            let of_level = ids
                .iter()
                .filter(|id| id.level == level)
                .map(|id| to_i64(id.index));
            any = any.add(
                Condition::all()
                    .add(audit_tile::Column::Level.eq(level))
                    .add(audit_tile::Column::Idx.is_in(of_level)),
            );
        }
        for row in audit_tile::Entity::find().filter(any).all(connection).await? {
            let id = TileId {
                level: u32::try_from(row.level).unwrap_or_default(),
                index: to_u64(row.idx),
            };
            tiles.put(id, &row.hashes);
        }
    }
    Ok(tiles)
}

pub(super) async fn save_tiles(
    txn: &impl ConnectionTrait,
    tiles: &Tiles,
    changed: &BTreeSet<TileId>,
) -> Result<()> {
    use audit_tile::Column;
    let rows = changed.iter().map(|id| audit_tile::ActiveModel {
        level: Set(i32::try_from(id.level).unwrap_or_default()),
        idx: Set(to_i64(id.index)),
        hashes: Set(tiles.bytes(*id)),
    });
    audit_tile::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([Column::Level, Column::Idx])
                .update_column(Column::Hashes)
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub(super) async fn insert_checkpoint(
    txn: &impl ConnectionTrait,
    row: audit_checkpoint::Model,
) -> Result<audit_checkpoint::Model> {
    let mut row = row.into_active_model().reset_all();
    row.id = NotSet;
    Ok(row.insert(txn).await?)
}

pub(super) async fn save_token(connection: &impl ConnectionTrait, id: i64, token: Vec<u8>) -> Result<()> {
    audit_checkpoint::Entity::update_many()
        .col_expr(audit_checkpoint::Column::TimestampToken, Expr::value(token))
        .filter(audit_checkpoint::Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}

pub(super) async fn last_checkpoint(
    connection: &impl ConnectionTrait,
) -> Result<Option<audit_checkpoint::Model>> {
    let query = audit_checkpoint::Entity::find().order_by_desc(audit_checkpoint::Column::Id);
    Ok(query.one(connection).await?)
}

/// Returns the first checkpoint signed at or after this time.
pub(super) async fn checkpoint_since(
    connection: &impl ConnectionTrait,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<Option<audit_checkpoint::Model>> {
    let query = audit_checkpoint::Entity::find()
        .filter(audit_checkpoint::Column::At.gte(at))
        .order_by_asc(audit_checkpoint::Column::Id);
    Ok(query.one(connection).await?)
}

/// Returns size and root of every checkpoint, in order of size.
pub(super) async fn checkpoint_roots(connection: &impl ConnectionTrait) -> Result<Vec<(i64, String)>> {
    let query = audit_checkpoint::Entity::find()
        .select_only()
        .columns([audit_checkpoint::Column::Size, audit_checkpoint::Column::Root])
        .distinct()
        .order_by_asc(audit_checkpoint::Column::Size);
    Ok(query.into_tuple().all(connection).await?)
}

/// Returns a page of orders after `after`: ids and numbers.
pub(super) async fn order_page(
    connection: &impl ConnectionTrait,
    after: Option<OrderId>,
    limit: u64,
) -> Result<Vec<(OrderId, String)>> {
    let query = order::Entity::find()
        .select_only()
        .columns([order::Column::Id, order::Column::Number])
        .filter(Condition::all().add_option(after.map(|id| order::Column::Id.gt(id))))
        .order_by_asc(order::Column::Id)
        .limit(limit);
    Ok(query.into_tuple().all(connection).await?)
}

/// Returns the events of these orders, each order's in sequence.
pub(super) async fn events_of(
    connection: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<order_event::Model>> {
    let query = order_event::Entity::find()
        .filter(order_event::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(order_event::Column::OrderId)
        .order_by_asc(order_event::Column::Seq);
    Ok(query.all(connection).await?)
}

/// Returns administrators' actions after the action `seq`.
pub(super) async fn acts(
    connection: &impl ConnectionTrait,
    seq: i64,
    limit: u64,
) -> Result<Vec<admin_act::Model>> {
    let query = admin_act::Entity::find()
        .filter(admin_act::Column::Seq.gt(seq))
        .order_by_asc(admin_act::Column::Seq)
        .limit(limit);
    Ok(query.all(connection).await?)
}

pub(super) async fn order_by_number(
    connection: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<OrderId>> {
    let query = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::Number.eq(number));
    Ok(query.into_tuple().one(connection).await?)
}
