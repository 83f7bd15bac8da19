//! Open orders near a place, and how like each is to a report in the making. Of others' orders it tells number,
//! category, status and distance, and no more.

use std::collections::HashMap;

use entity::ids::{OrderId, PhotoId};
use entity::kinds::Status;
use entity::{order, order_photo, photo};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::City;
use crate::error::{Error, FieldError, Result};
use crate::orders::actor::Actor;
use crate::orders::list::OPEN;
use crate::orders::read;
use crate::orders::report::{GivenPoint, MAX_PHOTOS};
use crate::orders::same_matter::{Likeness, Matter, REACH_M, Sign, likeness, pairs};
use crate::orders::view::CategoryView;
use places::datum::Wgs84;

const METRES_PER_DEGREE: f64 = 111_195.0;
const MOST_NEAR: u64 = 200;
const MOST_SIMILAR: usize = 20;
const TEXT_CHARS: usize = 200;

/// An open order near a place: enough to see that the matter is known, no more.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NearbyOrder {
    pub number: String,
    pub category: CategoryView,
    pub status: Status,
    /// Whole metres.
    pub distance_m: i64,
    /// Whether the caller reported it.
    pub mine: bool,
    /// Whether it is likely the same matter: ask before a new report is sent.
    pub likely_same: bool,
    /// What speaks for that.
    pub signs: Vec<Sign>,
}

/// What is known of the report in the making, beside its place.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// By code or name; others are left out.
    pub category: Option<&'a str>,
    pub text: &'a str,
    pub photos: Vec<PhotoId>,
}

/// The ids in a query string.
pub fn photo_ids(text: Option<&str>) -> Result<Vec<PhotoId>> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    let ids: Option<Vec<PhotoId>> = parts
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    ids.filter(|ids| ids.len() <= MAX_PHOTOS)
        .ok_or_else(|| wrong("photo_ids", "malformed", "照片编号无法读取，或超过 9 张。"))
}

/// Open orders near a point as a client has it.
pub async fn near(app: &App, actor: &Actor, point: GivenPoint, known: Known<'_>) -> Result<Vec<NearbyOrder>> {
    point.on_earth()?;
    let city = app.city.load();
    let category = match known.category.map(str::trim).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            let found = city.categories.find(text);
            let found = found.ok_or_else(|| wrong("category", "unknown_category", "没有这个类别。"))?;
            Some(found.code.as_str())
        }
    };
    let place = point.wgs84();
    let rows = around(&app.db, place, category).await?;
    let text: String = known.text.chars().take(TEXT_CHARS).collect();
    let new = Matter {
        category: category.map(str::to_owned),
        pairs: pairs(&text),
        pictures: own_pictures(&app.db, actor, &known.photos).await?,
    };
    let compared = !new.pairs.is_empty() || !new.pictures.is_empty();
    let mut found = compare(app, actor, &city, place, &new, rows).await?;
    if compared {
        found.sort_by(|(a, _), (b, _)| a.before(b));
    }
    Ok(found.into_iter().map(|(_, order)| order).collect())
}

/// Open orders that may be the same matter as this one, the likest first. An order whose place is not known has none.
pub async fn similar(app: &App, actor: &Actor, number: &str) -> Result<Vec<NearbyOrder>> {
    let (order, _) = read::visible(app, actor, number).await?;
    let Some((longitude, latitude)) = order.longitude.zip(order.latitude) else {
        return Ok(Vec::new());
    };
    let place = Wgs84 { longitude, latitude };
    let mut rows = around(&app.db, place, None).await?;
    rows.retain(|row| row.id != order.id);
    let mut pictures = pictures(&app.db, &[order.id]).await?;
    let new = Matter {
        category: order.category_code.clone(),
        pairs: pairs(&order.description),
        pictures: pictures.remove(&order.id).unwrap_or_default(),
    };
    let mut found = compare(app, actor, &app.city.load(), place, &new, rows).await?;
    found.sort_by(|(a, _), (b, _)| a.before(b));
    found.truncate(MOST_SIMILAR);
    Ok(found.into_iter().map(|(_, order)| order).collect())
}

/// The open orders in a square around the place, the newest first; a few corners lie beyond the reach.
async fn around(
    db: &impl ConnectionTrait,
    place: Wgs84,
    category: Option<&str>,
) -> Result<Vec<order::Model>> {
    use order::Column as C;
    let high = REACH_M / METRES_PER_DEGREE;
    let wide = high / place.latitude.to_radians().cos().abs().max(0.01);
    let mut query = order::Entity::find()
        .filter(C::Latitude.between(place.latitude - high, place.latitude + high))
        .filter(C::Longitude.between(place.longitude - wide, place.longitude + wide))
        .filter(C::ClosedAt.is_null())
        .filter(C::Status.is_in(OPEN));
    if let Some(code) = category {
        query = query.filter(C::CategoryCode.eq(code));
    }
    let query = query.order_by_desc(C::CreatedAt).limit(MOST_NEAR);
    Ok(query.all(db).await?)
}

/// Those within reach, with how like they are; the nearest first.
async fn compare(
    app: &App,
    actor: &Actor,
    city: &City,
    place: Wgs84,
    new: &Matter,
    rows: Vec<order::Model>,
) -> Result<Vec<(Likeness, NearbyOrder)>> {
    let mut pictures = if new.pictures.is_empty() {
        HashMap::new()
    } else {
        let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
        pictures(&app.db, &ids).await?
    };
    let near = |order: order::Model| {
        let (longitude, latitude) = order.longitude.zip(order.latitude)?;
        let distance = place.distance_m(Wgs84 { longitude, latitude });
        let matter = Matter {
            category: order.category_code.clone(),
            pairs: pairs(&order.description),
            pictures: pictures.remove(&order.id).unwrap_or_default(),
        };
        let like = likeness(distance, new, &matter);
        let name = order
            .category_code
            .as_deref()
            .map(|code| city.categories.name_of(code).to_owned());
        let shown = NearbyOrder {
            number: order.number,
            category: CategoryView {
                code: order.category_code,
                name,
                source: order.category_source,
                confidence: None,
            },
            status: order.status,
            distance_m: distance.round() as i64,
            mine: actor.is(order.reporter_id),
            likely_same: like.is_likely(),
            signs: like.signs.clone(),
        };
        (distance <= REACH_M).then_some((like, shown))
    };
    let mut found: Vec<_> = rows.into_iter().filter_map(near).collect();
    found.sort_by_key(|(_, order)| order.distance_m);
    Ok(found)
}

/// The hashes of these photos, as far as they are the actor's own.
async fn own_pictures(db: &impl ConnectionTrait, actor: &Actor, ids: &[PhotoId]) -> Result<Vec<u64>> {
    let (Some(person), false) = (actor.person, ids.is_empty()) else {
        return Ok(Vec::new());
    };
    let hashes: Vec<i64> = photo::Entity::find()
        .select_only()
        .column(photo::Column::PerceptualHash)
        .filter(photo::Column::Id.is_in(ids.iter().copied()))
        .filter(photo::Column::OwnerId.eq(person))
        .into_tuple()
        .all(db)
        .await?;
    Ok(hashes.into_iter().map(i64::cast_unsigned).collect())
}

/// The hashes of the photos of each order.
async fn pictures(db: &impl ConnectionTrait, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<u64>>> {
    let attached: Vec<(OrderId, PhotoId)> = order_photo::Entity::find()
        .select_only()
        .column(order_photo::Column::OrderId)
        .column(order_photo::Column::PhotoId)
        .filter(order_photo::Column::OrderId.is_in(orders.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let hashes: Vec<(PhotoId, i64)> = photo::Entity::find()
        .select_only()
        .column(photo::Column::Id)
        .column(photo::Column::PerceptualHash)
        .filter(photo::Column::Id.is_in(attached.iter().map(|(_, photo)| *photo)))
        .into_tuple()
        .all(db)
        .await?;
    let hashes: HashMap<PhotoId, i64> = hashes.into_iter().collect();
    let mut by_order: HashMap<OrderId, Vec<u64>> = HashMap::new();
    for (order, photo) in attached {
        if let Some(hash) = hashes.get(&photo) {
            by_order.entry(order).or_default().push(hash.cast_unsigned());
        }
    }
    Ok(by_order)
}

fn wrong(field: &str, code: &str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new(field, code, detail)])
}
