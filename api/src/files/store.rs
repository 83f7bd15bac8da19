//! Queries on `stored_file`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{CampaignId, FileId, OrderId, PersonId, UnitId};
use entity::stored_file::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter,
};

use crate::error::Result;

pub async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub async fn find(connection: &impl ConnectionTrait, id: FileId) -> Result<Option<Model>> {
    let query = Entity::find_by_id(id).filter(Column::RemovingAt.is_null());
    Ok(query.one(connection).await?)
}

pub async fn by_id(connection: &impl ConnectionTrait, ids: Vec<FileId>) -> Result<Vec<Model>> {
    let query = Entity::find().filter(Column::Id.is_in(ids));
    Ok(query.all(connection).await?)
}

fn unattached() -> Condition {
    Condition::all()
        .add(Column::CampaignId.is_null())
        .add(Column::OrderId.is_null())
}

/// The owner of an attached file: a campaign or an order.
#[derive(Clone, Copy, Debug)]
pub struct Attachment {
    pub campaign: Option<CampaignId>,
    pub order: Option<OrderId>,
    pub unit: Option<UnitId>,
}

/// Attaches the owner's files; returns how many. A file that is attached to the same thing already counts.
pub async fn attach(
    connection: &impl ConnectionTrait,
    owner: PersonId,
    files: &BTreeSet<FileId>,
    to: Attachment,
) -> Result<u64> {
    let same = Condition::all()
        .add_option(to.campaign.map(|id| Column::CampaignId.eq(id)))
        .add_option(to.order.map(|id| Column::OrderId.eq(id)))
        .add_option(to.unit.map(|id| Column::UnitId.eq(id)));
    let attached = Entity::update_many()
        .col_expr(Column::CampaignId, Expr::value(to.campaign))
        .col_expr(Column::OrderId, Expr::value(to.order))
        .col_expr(Column::UnitId, Expr::value(to.unit))
        .filter(Column::Id.is_in(files.iter().copied()))
        .filter(Column::OwnerId.eq(owner))
        .filter(Column::RemovingAt.is_null())
        .filter(Condition::any().add(unattached()).add(same))
        .exec(connection)
        .await?;
    Ok(attached.rows_affected)
}

/// Marks an unattached file for removal; returns `false` if it is attached. A file without a row counts as unused.
pub async fn mark_unused(connection: &impl ConnectionTrait, id: FileId, now: DateTime<Utc>) -> Result<bool> {
    let Some(row) = Entity::find_by_id(id).one(connection).await? else {
        return Ok(true);
    };
    let marked = Entity::update_many()
        .col_expr(Column::RemovingAt, Expr::value(now))
        .filter(Expr::col(Column::Id).eq(row.id))
        .filter(unattached())
        .exec(connection)
        .await?;
    Ok(marked.rows_affected > 0)
}

pub async fn remove(connection: &impl ConnectionTrait, id: FileId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::RemovingAt.is_not_null())
        .exec(connection)
        .await?;
    Ok(())
}
