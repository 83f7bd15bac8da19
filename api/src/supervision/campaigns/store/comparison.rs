//! Counting orders of a campaign's kind and place in a span of time.

use chrono::{DateTime, Utc};
use entity::ids::CampaignId;
use entity::{campaign, campaign_order, order};
use places::datum::Wgs84;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait as _, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait as _,
};

use crate::city::snapshot::City;
use crate::error::Result;
use crate::supervision::campaigns::stages::MAX_ORDERS;

/// Orders within this distance of an order of the campaign lie at the same place. Metres.
const SAME_PLACE_M: f64 = 50.0;

/// A span of time: from, inclusive, until, exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Condition for orders of the same kind and place.
pub struct Kind(Condition);

/// An order that came in after closing.
#[derive(Clone, Debug, FromQueryResult)]
pub struct NewOrder {
    pub number: String,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
}

impl Kind {
    /// The campaign's own kind and area; where it names none, the categories and areas of its orders.
    pub async fn of_campaign(
        db: &impl ConnectionTrait,
        city: &City,
        campaign: &campaign::Model,
    ) -> Result<Self> {
        use order::Column as C;
        let rows: Vec<(Option<String>, Option<String>)> = order::Entity::find()
            .select_only()
            .columns([C::CategoryCode, C::AreaCode])
            .distinct()
            .filter(C::Id.in_subquery(of(campaign.id)))
            .limit(MAX_ORDERS)
            .into_tuple()
            .all(db)
            .await?;
        let kind = match &campaign.kind {
            Some(kind) => {
                let category = city.categories.find(kind).map(|category| category.code.clone());
                let of_category = category.map(|code| C::CategoryCode.eq(code));
                Condition::any()
                    .add(C::Kind.eq(kind.as_str()))
                    .add_option(of_category)
            }
            None => {
                Condition::all().add(C::CategoryCode.is_in(rows.iter().filter_map(|(code, _)| code.clone())))
            }
        };
        let area = match &campaign.area_code {
            Some(area) => Some(C::AreaCode.eq(area.as_str())),
            None if rows.is_empty() => None,
            None => Some(C::AreaCode.is_in(rows.iter().filter_map(|(_, area)| area.clone()))),
        };
        Ok(Self(Condition::all().add(kind).add_option(area)))
    }

    fn within(&self, window: Window) -> Condition {
        self.0
            .clone()
            .add(order::Column::CreatedAt.gte(window.from))
            .add(order::Column::CreatedAt.lt(window.until))
    }
}

fn of(campaign: CampaignId) -> sea_orm::sea_query::SelectStatement {
    campaign_order::Entity::find()
        .select_only()
        .column(campaign_order::Column::OrderId)
        .filter(campaign_order::Column::CampaignId.eq(campaign))
        .into_query()
}

pub async fn count(db: &impl ConnectionTrait, kind: &Kind, window: Window) -> Result<i64> {
    let count = order::Entity::find()
        .filter(kind.within(window))
        .count(db)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The orders of a span, the oldest first, up to 2,000.
pub async fn orders(db: &impl ConnectionTrait, kind: &Kind, window: Window) -> Result<Vec<NewOrder>> {
    use order::Column as C;
    let query = order::Entity::find()
        .select_only()
        .columns([C::Number, C::Longitude, C::Latitude])
        .filter(kind.within(window))
        .order_by_asc(C::CreatedAt)
        .limit(MAX_ORDERS);
    Ok(query.into_model().all(db).await?)
}

/// Numbers of those new orders that lie within 50 m of an order of the campaign.
pub async fn at_same_place(
    db: &impl ConnectionTrait,
    campaign: CampaignId,
    new: &[NewOrder],
) -> Result<Vec<String>> {
    use order::Column as C;
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<(Option<f64>, Option<f64>)> = order::Entity::find()
        .select_only()
        .columns([C::Longitude, C::Latitude])
        .filter(C::Id.in_subquery(of(campaign)))
        .limit(MAX_ORDERS)
        .into_tuple()
        .all(db)
        .await?;
    let point = |(longitude, latitude): (Option<f64>, Option<f64>)| {
        let (longitude, latitude) = longitude.zip(latitude)?;
        Some(Wgs84 { longitude, latitude })
    };
    let places: Vec<Wgs84> = places.into_iter().filter_map(point).collect();
    let same = |order: &&NewOrder| {
        point((order.longitude, order.latitude))
            .is_some_and(|at| places.iter().any(|place| place.distance_m(at) <= SAME_PLACE_M))
    };
    Ok(new
        .iter()
        .filter(same)
        .map(|order| order.number.clone())
        .collect())
}
