//! Queries on opinions and their numbers.

use entity::ids::{CampaignId, OpinionId};
use entity::kinds::OpinionStatus;
use entity::{campaign, opinion, opinion_number};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db;
use crate::error::Result;
use crate::supervision::scope::Scope;

/// The organ's next number of the year. Its row is locked until the transaction ends, so numbers have no gaps.
pub async fn next_number(txn: &impl ConnectionTrait, organ: &str, year: i32) -> Result<i32> {
    let row = opinion_number::ActiveModel {
        organ: Set(organ.to_owned()),
        year: Set(year),
        next: Set(1),
    };
    let next = Expr::col((opinion_number::Entity, opinion_number::Column::Next)).add(1);
    opinion_number::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([opinion_number::Column::Organ, opinion_number::Column::Year])
                .value(opinion_number::Column::Next, next)
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    let row = opinion_number::Entity::find_by_id((organ.to_owned(), year))
        .one(txn)
        .await?;
    Ok(row
        .ok_or_else(|| anyhow::anyhow!("the organ's number is gone"))?
        .next)
}

pub async fn insert(connection: &impl ConnectionTrait, row: opinion::Model) -> Result<()> {
    opinion::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

pub async fn count(connection: &impl ConnectionTrait, campaign: CampaignId) -> Result<u64> {
    let query = opinion::Entity::find().filter(opinion::Column::CampaignId.eq(campaign));
    Ok(query.count(connection).await?)
}

pub async fn by_number(
    connection: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<(opinion::Model, campaign::Model)>> {
    let opinion = opinion::Entity::find()
        .filter(opinion::Column::Number.eq(number))
        .one(connection)
        .await?;
    let Some(opinion) = opinion else {
        return Ok(None);
    };
    let campaign = campaign::Entity::find_by_id(opinion.campaign_id)
        .one(connection)
        .await?;
    Ok(campaign.map(|campaign| (opinion, campaign)))
}

/// Locks an opinion for the rest of the transaction.
pub async fn lock(txn: &impl ConnectionTrait, id: OpinionId) -> Result<Option<opinion::Model>> {
    let query = db::for_update(txn, opinion::Entity::find_by_id(id));
    Ok(query.one(txn).await?)
}

/// Writes a change if nobody has changed the opinion since; returns `false` otherwise.
pub async fn update(
    connection: &impl ConnectionTrait,
    seen: &opinion::Model,
    change: opinion::ActiveModel,
) -> Result<bool> {
    let result = opinion::Entity::update_many()
        .set(change)
        .col_expr(opinion::Column::Version, Expr::value(seen.version + 1))
        .filter(opinion::Column::Id.eq(seen.id))
        .filter(opinion::Column::Version.eq(seen.version))
        .exec(connection)
        .await?;
    Ok(result.rows_affected == 1)
}

pub async fn of_campaign(
    connection: &impl ConnectionTrait,
    campaign: CampaignId,
) -> Result<Vec<opinion::Model>> {
    let query = opinion::Entity::find()
        .filter(opinion::Column::CampaignId.eq(campaign))
        .order_by_asc(opinion::Column::Id);
    Ok(query.all(connection).await?)
}

/// The newest first; `open` leaves out those whose reply was accepted.
pub async fn list(
    connection: &impl ConnectionTrait,
    scope: &Scope,
    open: bool,
    after: Option<OpinionId>,
    limit: u64,
) -> Result<Vec<opinion::Model>> {
    use opinion::Column as C;
    let mut wanted = scope.condition(C::UnitId, C::CampaignId);
    if open {
        wanted = wanted.add(C::Status.ne(OpinionStatus::Accepted));
    }
    let wanted = wanted.add_option(after.map(|id| C::Id.lt(id)));
    let query = opinion::Entity::find()
        .filter(wanted)
        .order_by_desc(C::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}
