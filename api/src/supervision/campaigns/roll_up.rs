//! 县区联动: what each county has achieved of a city-wide campaign.

use crate::city::snapshot::CityHandle;
use std::collections::HashMap;

use entity::ids::CampaignId;
use entity::kinds::{CampaignStage, CampaignStatus, Solved, Status};
use entity::{campaign, campaign_activity, campaign_order, order, verdict};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::http::time::{LocalTime, local};
use crate::supervision::campaigns::store;

/// One county's part of a campaign.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CountyView {
    /// County-level code.
    pub area: String,
    pub name: String,
    /// The county's own campaign.
    pub campaign: CampaignId,
    pub status: CampaignStatus,
    pub stage: CampaignStage,
    pub orders: i64,
    /// Orders that are closed and that their delegates called solved.
    pub solved: i64,
    pub activities: i64,
    pub outcome: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<LocalTime>,
}

/// The parts of a campaign by county, in a fixed number of queries.
pub async fn counties(app: &App, parent: &campaign::Model) -> Result<Vec<CountyView>> {
    let children = store::children(&app.db, parent.id).await?;
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<CampaignId> = children.iter().map(|child| child.id).collect();
    let orders = store::counts(&app.db, ids.clone()).await?;
    let solved = solved(app, ids.clone()).await?;
    let activities = activities(app, ids).await?;
    let city = app.state::<CityHandle>().load();
    let of = |counts: &HashMap<CampaignId, i64>, id| counts.get(&id).copied().unwrap_or(0);
    let view = |child: campaign::Model| {
        let area = child.area_code.unwrap_or_default();
        CountyView {
            name: city.county_name(&area).to_owned(),
            area,
            campaign: child.id,
            status: child.status,
            stage: child.stage,
            orders: of(&orders, child.id),
            solved: of(&solved, child.id),
            activities: of(&activities, child.id),
            outcome: child.outcome,
            due_at: child.due_at.map(|due| local(due, city.zone())),
        }
    };
    Ok(children.into_iter().map(view).collect())
}

async fn solved(app: &App, ids: Vec<CampaignId>) -> Result<HashMap<CampaignId, i64>> {
    let called_solved = Query::select()
        .expr(Expr::value(1))
        .from(verdict::Entity)
        .and_where(
            Expr::col((verdict::Entity, verdict::Column::OrderId)).equals((order::Entity, order::Column::Id)),
        )
        .and_where(
            Expr::col((verdict::Entity, verdict::Column::Round))
                .equals((order::Entity, order::Column::Round)),
        )
        .and_where(verdict::Column::Solved.eq(Solved::Yes))
        .to_owned();
    let rows: Vec<(CampaignId, i64)> = campaign_order::Entity::find()
        .select_only()
        .column(campaign_order::Column::CampaignId)
        .column_as(campaign_order::Column::OrderId.count(), "solved")
        .join(
            JoinType::InnerJoin,
            campaign_order::Entity::belongs_to(order::Entity)
                .from(campaign_order::Column::OrderId)
                .to(order::Column::Id)
                .into(),
        )
        .filter(campaign_order::Column::CampaignId.is_in(ids))
        .filter(order::Column::Status.eq(Status::Closed))
        .filter(Expr::exists(called_solved))
        .group_by(campaign_order::Column::CampaignId)
        .into_tuple()
        .all(&app.db)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn activities(app: &App, ids: Vec<CampaignId>) -> Result<HashMap<CampaignId, i64>> {
    let rows: Vec<(CampaignId, i64)> = campaign_activity::Entity::find()
        .select_only()
        .column(campaign_activity::Column::CampaignId)
        .column_as(campaign_activity::Column::Id.count(), "activities")
        .filter(campaign_activity::Column::CampaignId.is_in(ids))
        .group_by(campaign_activity::Column::CampaignId)
        .into_tuple()
        .all(&app.db)
        .await?;
    Ok(rows.into_iter().collect())
}
