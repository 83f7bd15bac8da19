//! Open items of a campaign.

use crate::city::snapshot::CityHandle;
use entity::ids::CampaignId;
use entity::kinds::{CampaignStatus, MeasureStatus, OpinionStatus, Status};
use entity::{campaign, measure, opinion, order};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::order_ids;
use crate::app::App;
use crate::error::Result;
use crate::supervision::campaigns::open_items::{MAX_NAMED, OpenItem, OpenItemKind};

/// Orders that are not closed, opinions whose reply was not accepted, measures not verified, county tasks not closed;
/// 50 of each at most.
pub async fn open_items(
    connection: &impl ConnectionTrait,
    app: &App,
    id: CampaignId,
) -> Result<Vec<OpenItem>> {
    let orders: Vec<String> = order::Entity::find()
        .select_only()
        .column(order::Column::Number)
        .filter(order::Column::Id.in_subquery(order_ids(id)))
        .filter(order::Column::Status.is_not_in(Status::OVER))
        .order_by_asc(order::Column::Number)
        .limit(MAX_NAMED)
        .into_tuple()
        .all(connection)
        .await?;
    let opinions: Vec<String> = opinion::Entity::find()
        .select_only()
        .column(opinion::Column::Number)
        .filter(opinion::Column::CampaignId.eq(id))
        .filter(opinion::Column::Status.ne(OpinionStatus::Accepted))
        .order_by_asc(opinion::Column::Id)
        .limit(MAX_NAMED)
        .into_tuple()
        .all(connection)
        .await?;
    let measures: Vec<i32> = measure::Entity::find()
        .select_only()
        .column(measure::Column::Seq)
        .filter(measure::Column::CampaignId.eq(id))
        .filter(measure::Column::Status.ne(MeasureStatus::Verified))
        .order_by_asc(measure::Column::Seq)
        .limit(MAX_NAMED)
        .into_tuple()
        .all(connection)
        .await?;
    let tasks: Vec<Option<String>> = campaign::Entity::find()
        .select_only()
        .column(campaign::Column::AreaCode)
        .filter(campaign::Column::ParentId.eq(id))
        .filter(campaign::Column::Status.eq(CampaignStatus::Open))
        .order_by_asc(campaign::Column::Id)
        .limit(MAX_NAMED)
        .into_tuple()
        .all(connection)
        .await?;
    let city = app.state::<CityHandle>().load();
    let item = |kind, reference| OpenItem { kind, reference };
    let orders = orders.into_iter().map(|number| item(OpenItemKind::Order, number));
    let opinions = opinions
        .into_iter()
        .map(|number| item(OpenItemKind::Opinion, number));
    let measures = measures
        .into_iter()
        .map(|seq| item(OpenItemKind::Measure, seq.to_string()));
    let tasks = tasks.into_iter().flatten().map(|code| {
        let name = city.county_name(&code).to_owned();
        item(OpenItemKind::CountyTask, name)
    });
    Ok(orders.chain(opinions).chain(measures).chain(tasks).collect())
}
