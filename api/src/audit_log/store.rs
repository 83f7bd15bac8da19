//! Queries on `admin_act`.

use entity::admin_act;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::Result;

/// Returns the last action, or row 0. Locks row 0, so that two transactions never append at once.
pub async fn lock_head(txn: &impl ConnectionTrait) -> Result<admin_act::Model> {
    let gate = admin_act::Entity::find_by_id(0_i64).lock_exclusive();
    gate.one(txn).await?;
    let last = admin_act::Entity::find().order_by_desc(admin_act::Column::Seq);
    let last = last.one(txn).await?;
    Ok(last.ok_or_else(|| anyhow::anyhow!("admin_act has lost the row before the first act"))?)
}

pub async fn insert(txn: &impl ConnectionTrait, row: admin_act::Model) -> Result<()> {
    let row = admin_act::ActiveModel::from(row).reset_all();
    admin_act::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// The newest first.
pub async fn before(
    connection: &impl ConnectionTrait,
    seq: Option<i64>,
    limit: u64,
) -> Result<Vec<admin_act::Model>> {
    let earlier = seq.map(|seq| admin_act::Column::Seq.lt(seq));
    let query = admin_act::Entity::find()
        .filter(admin_act::Column::Seq.gt(0))
        .filter(Condition::all().add_option(earlier))
        .order_by_desc(admin_act::Column::Seq)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// The oldest first.
pub async fn after(connection: &impl ConnectionTrait, seq: i64, limit: u64) -> Result<Vec<admin_act::Model>> {
    let query = admin_act::Entity::find()
        .filter(admin_act::Column::Seq.gt(seq))
        .order_by_asc(admin_act::Column::Seq)
        .limit(limit);
    Ok(query.all(connection).await?)
}
