//! Number of actions without an account in the present hour.

use chrono::{DateTime, Utc};
use entity::site_quota;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::Result;

/// Counts one use of a key and gives how many there are in its window, and when that ends.
pub async fn count(
    txn: &impl ConnectionTrait,
    key: &str,
    now: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<(i32, DateTime<Utc>)> {
    use site_quota::Column as C;
    let old = |column: C| Expr::col((site_quota::Entity, column));
    let over = old(C::EndsAt).lte(now);
    let row = site_quota::ActiveModel {
        key: Set(key.to_owned()),
        used: Set(1),
        ends_at: Set(ends_at),
    };
    let used = Expr::case(over.clone(), Expr::value(1)).finally(old(C::Used).add(1));
    let until = Expr::case(over, Expr::value(ends_at)).finally(old(C::EndsAt));
    site_quota::Entity::insert(row)
        .on_conflict(
            OnConflict::column(C::Key)
                .value(C::Used, used)
                .value(C::EndsAt, until)
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    let row = site_quota::Entity::find_by_id(key).one(txn).await?;
    Ok(row.map_or((1, ends_at), |row| (row.used, row.ends_at)))
}

pub async fn forget_past(connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    site_quota::Entity::delete_many()
        .filter(site_quota::Column::EndsAt.lte(now))
        .exec(connection)
        .await?;
    Ok(())
}
