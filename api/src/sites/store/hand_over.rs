//! Queries for handing a message over.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, SiteMessageId};
use entity::kinds::{ContentCheck, Role, SiteMessageStatus};
use entity::{person, site_message};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Result;

/// Who gets a message from whom, and why.
pub struct HandOver<'a> {
    pub to: PersonId,
    pub by: PersonId,
    pub note: &'a str,
}

/// Active delegates of a county, by name.
pub async fn delegates(
    connection: &impl ConnectionTrait,
    area: &str,
    limit: u64,
) -> Result<Vec<person::Model>> {
    let query = person::Entity::find()
        .filter(person::Column::Active.eq(true))
        .filter(person::Column::Role.eq(Role::Delegate))
        .filter(person::Column::AreaCode.eq(area))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// Records the hand-over of an unhandled message that has passed the check. Returns `false` otherwise.
pub async fn note(
    txn: &impl ConnectionTrait,
    id: SiteMessageId,
    change: HandOver<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    use site_message::Column as C;
    let noted = site_message::Entity::update_many()
        .col_expr(C::HandedTo, Expr::value(change.to))
        .col_expr(C::HandedBy, Expr::value(change.by))
        .col_expr(C::HandOverNote, Expr::value(change.note))
        .col_expr(C::HandedAt, Expr::value(now))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(SiteMessageStatus::Received))
        .filter(C::ContentCheck.eq(ContentCheck::Pass))
        .exec(txn)
        .await?;
    Ok(noted.rows_affected == 1)
}
