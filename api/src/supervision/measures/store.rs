//! Queries on measures.

use entity::ids::{CampaignId, MeasureId};
use entity::kinds::MeasureStatus;
use entity::{campaign, measure};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::db;
use crate::error::Result;
use crate::supervision::scope::Scope;

pub async fn insert(connection: &impl ConnectionTrait, row: measure::Model) -> Result<()> {
    measure::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The number of the ledger's last line, 0 if it has none. The caller has locked the campaign.
pub async fn last_seq(connection: &impl ConnectionTrait, campaign: CampaignId) -> Result<i32> {
    let last: Option<i32> = measure::Entity::find()
        .select_only()
        .column(measure::Column::Seq)
        .filter(measure::Column::CampaignId.eq(campaign))
        .order_by_desc(measure::Column::Seq)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.unwrap_or(0))
}

/// The measure with its campaign.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: MeasureId,
) -> Result<Option<(measure::Model, campaign::Model)>> {
    let Some(measure) = measure::Entity::find_by_id(id).one(connection).await? else {
        return Ok(None);
    };
    let campaign = campaign::Entity::find_by_id(measure.campaign_id)
        .one(connection)
        .await?;
    Ok(campaign.map(|campaign| (measure, campaign)))
}

/// Locks a measure for the rest of the transaction.
pub async fn lock(txn: &impl ConnectionTrait, id: MeasureId) -> Result<Option<measure::Model>> {
    let query = db::for_update(txn, measure::Entity::find_by_id(id));
    Ok(query.one(txn).await?)
}

/// Writes a change if nobody has changed the measure since; returns `false` otherwise.
pub async fn update(
    connection: &impl ConnectionTrait,
    seen: &measure::Model,
    change: measure::ActiveModel,
) -> Result<bool> {
    let result = measure::Entity::update_many()
        .set(change)
        .col_expr(measure::Column::Version, Expr::value(seen.version + 1))
        .filter(measure::Column::Id.eq(seen.id))
        .filter(measure::Column::Version.eq(seen.version))
        .exec(connection)
        .await?;
    Ok(result.rows_affected == 1)
}

/// The ledger of a campaign, in the order of its lines.
pub async fn of_campaign(
    connection: &impl ConnectionTrait,
    campaign: CampaignId,
) -> Result<Vec<measure::Model>> {
    let query = measure::Entity::find()
        .filter(measure::Column::CampaignId.eq(campaign))
        .order_by_asc(measure::Column::Seq);
    Ok(query.all(connection).await?)
}

/// The newest first; `open` leaves out those verified.
pub async fn list(
    connection: &impl ConnectionTrait,
    scope: &Scope,
    open: bool,
    after: Option<MeasureId>,
    limit: u64,
) -> Result<Vec<measure::Model>> {
    use measure::Column as C;
    let mut wanted = scope.condition(C::UnitId, C::CampaignId);
    if open {
        wanted = wanted.add(C::Status.ne(MeasureStatus::Verified));
    }
    let wanted = wanted.add_option(after.map(|id| C::Id.lt(id)));
    let query = measure::Entity::find()
        .filter(wanted)
        .order_by_desc(C::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}
