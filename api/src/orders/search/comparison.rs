//! Compares a report with orders by words, place, kind and photos.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PhotoId};
use entity::kinds::CategorySource;
use entity::{order, order_photo, photo};
use insight::similar::{Features, Kinds, TextDocument, Wording};
use places::datum::Wgs84;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::city::categories::service::suggest_all;
use crate::city::snapshot::City;
use crate::error::Result;
use crate::orders::rules::actor::Actor;
use crate::orders::rules::same_matter::{ComparedOrder, Likeness, likeness};
use crate::orders::search::text_index::TextIndex;

/// A report that others are compared with.
pub(super) struct ComparisonTarget {
    pub(super) text: String,
    pub(super) place: Option<Wgs84>,
    pub(super) kinds: Kinds,
    pub(super) pictures: Vec<u64>,
    pub(super) at: DateTime<Utc>,
}

/// The kinds of a draft: the one chosen, or those that its text suggests.
pub(super) async fn draft_kinds(city: &Arc<City>, chosen: Option<&str>, text: String) -> Result<Kinds> {
    if let Some(code) = chosen {
        return Ok(Kinds::chosen(code));
    }
    let suggested = suggest_all(city, HashMap::from([((), text)])).await?;
    let kinds = suggested.into_values().flatten();
    Ok(Kinds::suggested(kinds.map(|kind| (kind.code, kind.confidence))))
}

/// The kinds of an order: certain where a person chose it.
pub(super) fn kinds_of(order: &order::Model) -> Kinds {
    let code = order.category_code.as_deref();
    match (code, order.category_source, order.category_confidence) {
        (None, ..) => Kinds::default(),
        (Some(code), CategorySource::Suggested, Some(confidence)) => {
            Kinds::suggested([(code.to_owned(), confidence)])
        }
        (Some(code), ..) => Kinds::chosen(code),
    }
}

/// How like each order is to the report.
pub(super) async fn compare(
    app: &App,
    new: ComparisonTarget,
    rows: Vec<order::Model>,
) -> Result<Vec<(Likeness, order::Model)>> {
    let pictures = if new.pictures.is_empty() {
        HashMap::new()
    } else {
        let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
        pictures(&app.db, &ids).await?
    };
    let recent = app
        .state::<TextIndex>()
        .read_best_effort(app, app.clock.now())
        .await?;
    let work = tokio::task::spawn_blocking(move || {
        let features = Features::of("", &new.text);
        let wording = Wording::of(&new.text);
        let own = ComparedOrder {
            report: TextDocument {
                features: &features,
                place: new.place.map(|place| (place.longitude, place.latitude)),
                kinds: &new.kinds,
                wording: &wording,
                at: new.at,
            },
            pictures: &new.pictures,
        };
        let like = |order: order::Model| {
            // One that is older than what is in memory has its words cut now.
            let cut = match recent.index.features(order.id) {
                Some(_) => Features::default(),
                None => Features::of("", &order.description),
            };
            let (kinds, wording) = (kinds_of(&order), Wording::of(&order.description));
            let other = ComparedOrder {
                report: TextDocument {
                    features: recent.index.features(order.id).unwrap_or(&cut),
                    place: order.longitude.zip(order.latitude),
                    kinds: &kinds,
                    wording: &wording,
                    at: order.created_at,
                },
                pictures: pictures.get(&order.id).map_or(&[], Vec::as_slice),
            };
            (likeness(&recent.index, &own, &other), order)
        };
        rows.into_iter().map(like).collect()
    });
    Ok(work.await.map_err(anyhow::Error::from)?)
}

/// The hashes of these photos, as far as they are the actor's own.
pub(super) async fn own_pictures(
    db: &impl ConnectionTrait,
    actor: &Actor,
    ids: &[PhotoId],
) -> Result<Vec<u64>> {
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
pub(super) async fn pictures(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<u64>>> {
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
