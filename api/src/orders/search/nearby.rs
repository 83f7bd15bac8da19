//! Open orders near a place with their similarity to a draft. Of others' orders it shows number, category, status and
//! distance only.

use std::cmp::Ordering;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::Status;
use entity::order;
use insight::similar::{Features, shared_words};
use places::datum::{METRES_PER_DEGREE, Wgs84};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, Result};
use crate::orders::rules::actor::Actor;
use crate::orders::rules::same_matter::{Evidence, Likeness, SEARCH_RADIUS_M};
use crate::orders::search::comparison::{
    ComparisonTarget, compare, draft_kinds, kinds_of, own_pictures, pictures,
};
use crate::orders::search::text_index::TextIndex;
use crate::orders::store;
use crate::orders::submit::draft::GivenPoint;
use crate::orders::view::{CategoryView, read};
use crate::photos::limits::MAX_PHOTOS;

const MAX_NEARBY: u64 = 200;
const MAX_SIMILAR: usize = 20;
const TEXT_CHARS: usize = 200;
/// Texts less alike than this are not looked at further.
const MIN_SIMILARITY: f32 = 0.08;
/// Found by their words and compared in full.
const MAX_BY_TEXT: usize = 40;
/// Orders farther away are shown from this probability on.
const WORTH_A_LOOK: f64 = 0.2;

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
    /// That it is the same matter.
    #[schema(minimum = 0, maximum = 1)]
    pub probability: f64,
    /// The signs for that.
    pub signs: Vec<Evidence>,
}

/// An open order that may be the same matter as another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SimilarOrder {
    pub number: String,
    pub category: CategoryView,
    pub status: Status,
    /// Whole metres. `None` if one of the two has no place.
    pub distance_m: Option<i64>,
    pub likely_same: bool,
    /// That it is the same matter.
    #[schema(minimum = 0, maximum = 1)]
    pub probability: f64,
    /// The signs for that.
    pub signs: Vec<Evidence>,
    /// Words and names of both texts, rarest first.
    pub shared_words: Vec<String>,
}

/// The facts of the draft besides its place.
#[derive(Clone, Debug, Default)]
pub struct DraftContext<'a> {
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
    ids.filter(|ids| ids.len() <= MAX_PHOTOS).ok_or_else(|| {
        let detail = format!("照片编号无法读取，或超过 {MAX_PHOTOS} 张。");
        Error::invalid_field("photo_ids", "malformed", &detail)
    })
}

/// Open orders near a point as a client has it.
pub async fn find_nearby(
    app: &App,
    actor: &Actor,
    point: GivenPoint,
    known: DraftContext<'_>,
) -> Result<Vec<NearbyOrder>> {
    point.check_coordinates()?;
    let city = app.state::<CityHandle>().load();
    let category = match known.category.map(str::trim).filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            let found = city.categories.find(text);
            let found = found
                .ok_or_else(|| Error::invalid_field("category", "unknown_category", "没有这个类别。"))?;
            Some(found.code.as_str())
        }
    };
    let place = point.wgs84();
    let rows = around(&app.db, place, category).await?;
    let text: String = known.text.chars().take(TEXT_CHARS).collect();
    let new = ComparisonTarget {
        kinds: draft_kinds(&city, category, text.clone()).await?,
        text,
        place: Some(place),
        pictures: own_pictures(&app.db, actor, &known.photos).await?,
        at: app.clock.now(),
    };
    let compared = !new.text.trim().is_empty() || !new.pictures.is_empty();
    let mut found = compare(app, new, rows).await?;
    found.retain(|(like, _)| like.distance_m.is_some_and(|m| m <= SEARCH_RADIUS_M));
    if compared {
        found.sort_by(|(a, _), (b, _)| a.cmp_likelihood(b));
    } else {
        found.sort_by(|(a, _), (b, _)| a.distance_m.partial_cmp(&b.distance_m).unwrap_or(Ordering::Equal));
    }
    let shown = |(like, order): (Likeness, order::Model)| NearbyOrder {
        mine: actor.is(order.reporter_id),
        status: order.status,
        distance_m: metres(&like).unwrap_or_default(),
        likely_same: like.is_likely(),
        probability: rounded(like.probability),
        signs: like.signs,
        category: category_view(&city, &order),
        number: order.number,
    };
    Ok(found.into_iter().map(shown).collect())
}

/// Open orders that may be the same matter as this one, the likest first: those around its place, and those of like
/// words wherever they are.
pub async fn similar(app: &App, actor: &Actor, number: &str) -> Result<Vec<SimilarOrder>> {
    let (order, _) = read::visible(app, actor, number).await?;
    let place = order.longitude.zip(order.latitude);
    let mut pictures = pictures(&app.db, &[order.id]).await?;
    let new = ComparisonTarget {
        kinds: kinds_of(&order),
        text: order.description,
        place: place.map(|(longitude, latitude)| Wgs84 { longitude, latitude }),
        pictures: pictures.remove(&order.id).unwrap_or_default(),
        at: order.created_at,
    };
    find_similar(app, new, Some(order.id)).await
}

/// Open orders that may be the same matter as a draft that an operator writes, the likest first. `place` may be
/// unknown: then the words alone decide.
pub async fn similar_to_draft(
    app: &App,
    text: &str,
    place: Option<Wgs84>,
    category: Option<&str>,
) -> Result<Vec<SimilarOrder>> {
    let city = app.state::<CityHandle>().load();
    let text: String = text.chars().take(TEXT_CHARS).collect();
    let new = ComparisonTarget {
        kinds: draft_kinds(&city, category, text.clone()).await?,
        text,
        place,
        pictures: Vec::new(),
        at: app.clock.now(),
    };
    find_similar(app, new, None).await
}

async fn find_similar(
    app: &App,
    new: ComparisonTarget,
    itself: Option<OrderId>,
) -> Result<Vec<SimilarOrder>> {
    let mut rows = match new.place {
        Some(place) => around(&app.db, place, None).await?,
        None => Vec::new(),
    };
    let known: HashSet<OrderId> = rows.iter().map(|row| row.id).chain(itself).collect();
    let more: Vec<OrderId> = find_by_text(app, &new.text, new.at)
        .await?
        .into_iter()
        .filter(|id| !known.contains(id))
        .collect();
    rows.retain(|row| Some(row.id) != itself);
    rows.extend(store::find_open(&app.db, &more, &Status::OPEN).await?);
    let text = new.text.clone();
    let mut found = compare(app, new, rows).await?;
    found.retain(|(like, _)| {
        like.probability >= WORTH_A_LOOK
            || like.distance_m.is_some_and(|m| m <= SEARCH_RADIUS_M)
            // A matter may be told from elsewhere: an operator reads the words and decides.
            || like.signs.contains(&Evidence::Text)
    });
    found.sort_by(|(a, _), (b, _)| a.cmp_likelihood(b));
    found.truncate(MAX_SIMILAR);
    let (city, recent) = (
        app.state::<CityHandle>().load(),
        app.state::<TextIndex>()
            .read_best_effort(app, app.clock.now())
            .await?,
    );
    let shown = |(like, other): (Likeness, order::Model)| SimilarOrder {
        status: other.status,
        distance_m: metres(&like),
        likely_same: like.is_likely(),
        probability: rounded(like.probability),
        signs: like.signs,
        category: category_view(&city, &other),
        shared_words: shared_words(&recent.index, &text, &other.description),
        number: other.number,
    };
    Ok(found.into_iter().map(shown).collect())
}

fn metres(like: &Likeness) -> Option<i64> {
    like.distance_m.map(|m| m.round() as i64)
}

/// Rounds to a hundredth; more digits would suggest false precision.
fn rounded(probability: f64) -> f64 {
    (probability * 100.0).round() / 100.0
}

fn category_view(city: &City, order: &order::Model) -> CategoryView {
    let code = order.category_code.clone();
    CategoryView {
        name: code
            .as_deref()
            .map(|code| city.categories.name_of(code).to_owned()),
        code,
        source: order.category_source,
        confidence: None,
    }
}

/// Recent reports whose words are like these.
async fn find_by_text(app: &App, text: &str, now: DateTime<Utc>) -> Result<Vec<OrderId>> {
    let text = text.to_owned();
    let recent = app
        .state::<TextIndex>()
        .read_best_effort(app, now.max(app.clock.now()))
        .await?;
    let work = tokio::task::spawn_blocking(move || {
        let features = Features::of("", &text);
        recent.index.search(&features, MIN_SIMILARITY, MAX_BY_TEXT)
    });
    let found = work.await.map_err(anyhow::Error::from)?;
    Ok(found.into_iter().map(|found| found.key).collect())
}

/// The open orders in a square around the place, the newest first; a few corners lie beyond the reach.
async fn around(
    db: &impl ConnectionTrait,
    place: Wgs84,
    category: Option<&str>,
) -> Result<Vec<order::Model>> {
    use order::Column as C;
    let high = SEARCH_RADIUS_M / METRES_PER_DEGREE;
    let wide = high / place.latitude.to_radians().cos().abs().max(0.01);
    let mut query = order::Entity::find()
        .filter(C::Latitude.between(place.latitude - high, place.latitude + high))
        .filter(C::Longitude.between(place.longitude - wide, place.longitude + wide))
        .filter(C::ClosedAt.is_null())
        // Not `IN` the open ones: SQLite would read all of them along the index of the status.
        .filter(C::Status.is_not_in(Status::OVER));
    if let Some(code) = category {
        query = query.filter(C::CategoryCode.eq(code));
    }
    let query = query.order_by_desc(C::CreatedAt).limit(MAX_NEARBY);
    Ok(query.all(db).await?)
}
